using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Lab.Pretrain;

/// <summary>Loss of a model on records that it reads from their beginning, each on its own.</summary>
internal static class HeldOutLoss
{
    /// <summary>Sums the loss over all tokens after bos, eos included.</summary>
    public static (double Nats, long Tokens) Measure(
        CausalLanguageModel model,
        IEnumerable<int[]> records,
        CancellationToken cancellationToken
    )
    {
        var (nats, tokens) = (0.0, 0L);
        using var untracked = no_grad();
        foreach (var batch in LengthBatches.ByLength(records, tokensPerBatch: 8192))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (ids, mask) = LengthBatches.Padded(batch);
            var totals = TokenLoss.Totals(model.call(ids), ids, mask);
            (nats, tokens) = (nats + totals.Nats, tokens + totals.Tokens);
        }

        return (nats, tokens);
    }
}
