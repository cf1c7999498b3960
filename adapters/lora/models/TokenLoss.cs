using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Negative log-likelihood of the next token, in nats.</summary>
public static class TokenLoss
{
    // The target of a position whose next token is not there.
    private const long Nothing = -100;

    /// <summary>Mean loss of each example over its own predicted tokens, so that examples do not mix.</summary>
    /// <param name="logits">[B, T, V].</param>
    /// <param name="ids">[B, T], int64; padding may hold any valid id.</param>
    /// <param name="mask">[B, T], 1 (or true) where a token counts, 0 at padding and context. The first token is never predicted.</param>
    /// <param name="labelSmoothing">Share of each target that is spread over all ids, [0, 1).</param>
    /// <returns>[B]; 0 for an example with nothing to predict.</returns>
    public static Tensor PerExampleMean(Tensor logits, Tensor ids, Tensor mask, double labelSmoothing = 0)
    {
        using var scope = NewDisposeScope();
        var (losses, weights) = Masked(logits, ids, mask, labelSmoothing);
        var counts = weights.sum(1);
        return (losses.sum(1) / maximum(counts, ones_like(counts))).MoveToOuterDisposeScope();
    }

    /// <summary>Sum of the losses of all predicted tokens, and their number.</summary>
    /// <param name="logits">[B, T, V].</param>
    /// <param name="ids">[B, T], int64.</param>
    /// <param name="mask">[B, T], 1 (or true) where a token counts.</param>
    /// <returns>Nats, and tokens predicted.</returns>
    public static (double Nats, long Tokens) Totals(Tensor logits, Tensor ids, Tensor mask)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var (losses, weights) = Masked(logits, ids, mask, 0);
        return (losses.sum(float64).item<double>(), (long)weights.sum(float64).item<double>());
    }

    // Losses [B, T], at the position that predicts, with zeros where nothing counts; and what counts there. All positions go in, the last
    // one too, which predicts nothing: logits without it would be a copy, and its gradient another, each as large as they are.
    private static (Tensor Losses, Tensor Weights) Masked(Tensor logits, Tensor ids, Tensor mask, double labelSmoothing)
    {
        var (batch, length, vocabulary) = (logits.shape[0], logits.shape[1], logits.shape[2]);
        using var nothing = Nothing.ToScalar();
        var targets = cat([ids.narrow(1, 1, length - 1), full_like(ids.narrow(1, 0, 1), nothing)], 1);
        var counted = mask.narrow(1, 1, length - 1).to(logits.dtype);
        var weights = cat([counted, zeros_like(counted.narrow(1, 0, 1))], 1);
        var losses = nn.functional.cross_entropy(
            logits.view(-1, vocabulary),
            targets.view(-1),
            ignore_index: Nothing,
            reduction: nn.Reduction.None,
            label_smoothing: labelSmoothing
        );
        return (losses.view(batch, length) * weights, weights);
    }
}
