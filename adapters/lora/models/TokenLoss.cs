using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Negative log-likelihood of the next token, in nats.</summary>
public static class TokenLoss
{
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

    // Losses [B, T-1] of tokens 1..T-1 with zeros at padding, and the mask of those tokens.
    private static (Tensor Losses, Tensor Weights) Masked(Tensor logits, Tensor ids, Tensor mask, double labelSmoothing)
    {
        var (batch, length, vocabulary) = (logits.shape[0], logits.shape[1], logits.shape[2]);
        var predictions = logits.narrow(1, 0, length - 1).reshape(-1, vocabulary);
        var targets = ids.narrow(1, 1, length - 1).reshape(-1);
        var weights = mask.narrow(1, 1, length - 1).to(logits.dtype);
        var losses = nn.functional.cross_entropy(
            predictions,
            targets,
            reduction: nn.Reduction.None,
            label_smoothing: labelSmoothing
        );
        return (losses.view(batch, length - 1) * weights, weights);
    }
}
