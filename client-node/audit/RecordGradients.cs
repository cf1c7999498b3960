using Federated.Adapters;
using Federated.Adapters.Text;
using static TorchSharp.torch;

namespace Federated.ClientNode;

/// <summary>Gradients of records as an attacker computes them: at a known adapter, clipped like the trainer clips.</summary>
internal static class RecordGradients
{
    private const int RecordsAtOnce = 32;

    /// <summary>Computes them at the adapter's present values.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="texts">n records.</param>
    /// <param name="maxLength">Most tokens of a record.</param>
    /// <param name="maxGradNorm">C.</param>
    /// <param name="cancellation">Stops between pieces.</param>
    /// <returns>[n, d], float64; in the caller's dispose scope.</returns>
    public static Tensor Clipped(
        LoraAdapter adapter,
        TextTokenizer tokenizer,
        IReadOnlyList<string> texts,
        int maxLength,
        double maxGradNorm,
        CancellationToken cancellation
    )
    {
        using var scope = NewDisposeScope();
        var pieces = new List<Tensor>();
        foreach (var piece in texts.Chunk(RecordsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            using var tokens = TokenBatch.Of([
                .. piece.Select(text => TokenSequence.Encode(tokenizer, text, maxLength).Ids),
            ]);
            var rows = PerExampleGradients.Compute(adapter, tokens).to(float64); // [b, d]
            var norms = rows.square().sum(1).sqrt().clamp_min(1e-30); // [b]
            pieces.Add(rows * (maxGradNorm / norms).clamp_max(1).unsqueeze(1));
        }

        return cat(pieces).MoveToOuterDisposeScope();
    }
}
