using Federated.Adapters;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>Judges an adapter on this node's held-out records, a few at a time.</summary>
internal static class HeldOutJudge
{
    private const int RecordsAtOnce = 256;
    private const int MaxTokensAtOnce = 4096;

    /// <summary>The mean loss of each held-out record, judged alone; 0 for one that predicts nothing.</summary>
    /// <param name="model">The model; its adapter's values are replaced.</param>
    /// <param name="content">The version.</param>
    /// <param name="records">The owner's records.</param>
    /// <param name="local">How records become tokens.</param>
    /// <param name="cancellation">Stops between records.</param>
    public static Func<int, double> LossOfEach(
        AdaptedModel model,
        VersionContent content,
        JsonLinesRecords records,
        LocalSection local,
        CancellationToken cancellation
    )
    {
        model.Adapter.SetValues(content.Values);
        model.SetResidual(content.Residual);
        var encoding = new RecordEncoding(model.Base.TokenizerIfAny, local, model.Base.Model);
        return index =>
        {
            var record = encoding.Encode(records.HeldOut(index));
            var loss = HeldOutEvaluation.Evaluate(model.Base.Model, [record], MaxTokensAtOnce, cancellation);
            return loss.Tokens == 0 ? 0 : loss.NatsPerToken;
        };
    }

    /// <summary>The loss of the model with an adapter, or without one.</summary>
    /// <param name="model">The model; its adapter's values are replaced.</param>
    /// <param name="content">The version; null = the base model.</param>
    /// <param name="records">The owner's records.</param>
    /// <param name="local">How records become tokens.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public static HeldOutLoss Loss(
        AdaptedModel model,
        VersionContent? content,
        JsonLinesRecords records,
        LocalSection local,
        CancellationToken cancellation
    )
    {
        if (content is not null)
        {
            model.Adapter.SetValues(content.Values);
        }

        model.SetResidual(content?.Residual);

        var encoding = new RecordEncoding(model.Base.TokenizerIfAny, local, model.Base.Model);
        model.Adapter.Enabled = content is not null;
        try
        {
            var total = default(HeldOutLoss);
            foreach (var indices in Enumerable.Range(0, records.HeldOutCount).Chunk(RecordsAtOnce))
            {
                var sequences = indices.Select(index => encoding.Encode(records.HeldOut(index))).ToList();
                total += HeldOutEvaluation.Evaluate(model.Base.Model, sequences, MaxTokensAtOnce, cancellation);
            }

            return total;
        }
        finally
        {
            model.Adapter.Enabled = true;
        }
    }
}
