using System.Numerics;

namespace Federated.Adapters;

/// <summary>θ ← (1 − η λ) θ − η g.</summary>
internal sealed class SgdOptimizer(LocalOptimizerOptions options, int dimension) : LocalOptimizer(options, dimension)
{
    private protected override OptimizerKind Kind => OptimizerKind.Sgd;

    private protected override IReadOnlyList<float[]> Moments => [];

    private protected override void Apply(Span<float> parameters, ReadOnlySpan<float> gradient, double learningRate)
    {
        var keep = (float)(1 - (learningRate * Options.WeightDecay));
        var rate = (float)learningRate;
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= parameters.Length - width; i += width)
        {
            var p = new Vector<float>(parameters[i..]);
            var g = new Vector<float>(gradient[i..]);
            ((p * keep) - (g * rate)).CopyTo(parameters[i..]);
        }

        for (; i < parameters.Length; i++)
        {
            parameters[i] = (float)(parameters[i] * keep) - (float)(gradient[i] * rate);
        }
    }
}
