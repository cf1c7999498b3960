namespace Federated.Adapters;

/// <summary>m ← μ m + g, θ ← (1 − η λ) θ − η m, as PyTorch's SGD without dampening, with decoupled decay.</summary>
internal sealed class MomentumOptimizer(LocalOptimizerOptions options, int dimension)
    : LocalOptimizer(options, dimension)
{
    private readonly float[] _mean = new float[dimension];

    private protected override OptimizerKind Kind => OptimizerKind.MomentumSgd;

    private protected override IReadOnlyList<float[]> Moments => [_mean];

    private protected override void Apply(Span<float> parameters, ReadOnlySpan<float> gradient, double learningRate)
    {
        var keep = (float)(1 - (learningRate * Options.WeightDecay));
        var rate = (float)learningRate;
        var momentum = (float)Options.Momentum;
        for (var i = 0; i < parameters.Length; i++)
        {
            // Every product is rounded by itself: no fused multiply-add.
            _mean[i] = (float)(_mean[i] * momentum) + gradient[i];
            parameters[i] = (float)(parameters[i] * keep) - (float)(_mean[i] * rate);
        }
    }
}
