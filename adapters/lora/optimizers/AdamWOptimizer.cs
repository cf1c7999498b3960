using System.Numerics;

namespace Federated.Adapters;

/// <summary>Adam with decoupled weight decay (Loshchilov &amp; Hutter 2019, Algorithm 2), as PyTorch computes it.</summary>
internal sealed class AdamWOptimizer(LocalOptimizerOptions options, int dimension) : LocalOptimizer(options, dimension)
{
    private readonly float[] _mean = new float[dimension];
    private readonly float[] _square = new float[dimension];

    private protected override OptimizerKind Kind => OptimizerKind.AdamW;

    private protected override IReadOnlyList<float[]> Moments => [_mean, _square];

    private protected override void Apply(Span<float> parameters, ReadOnlySpan<float> gradient, double learningRate)
    {
        var beta1 = (float)Options.Beta1;
        var beta2 = (float)Options.Beta2;
        var new1 = (float)(1 - Options.Beta1);
        var new2 = (float)(1 - Options.Beta2);
        var keep = (float)(1 - (learningRate * Options.WeightDecay));
        var epsilon = (float)Options.Epsilon;
        // Both corrections for the start at zero, as scalars: η / (1 − β₁ᵗ) and √(1 − β₂ᵗ).
        var rate = (float)(learningRate / (1 - Math.Pow(Options.Beta1, Steps)));
        var root = (float)Math.Sqrt(1 - Math.Pow(Options.Beta2, Steps));
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= parameters.Length - width; i += width)
        {
            var p = new Vector<float>(parameters[i..]);
            var g = new Vector<float>(gradient[i..]);
            var m = (new Vector<float>(_mean, i) * beta1) + (g * new1);
            var v = (new Vector<float>(_square, i) * beta2) + (g * g * new2);
            m.CopyTo(_mean, i);
            v.CopyTo(_square, i);
            var size = (Vector.SquareRoot(v) / new Vector<float>(root)) + new Vector<float>(epsilon);
            ((p * keep) - (m * rate / size)).CopyTo(parameters[i..]);
        }

        // The same operations in the same order: an element's bits do not depend on where vectors end.
        for (; i < parameters.Length; i++)
        {
            var g = gradient[i];
            var m = (float)(_mean[i] * beta1) + (float)(g * new1);
            var v = (float)(_square[i] * beta2) + (float)((float)(g * g) * new2);
            _mean[i] = m;
            _square[i] = v;
            var size = (MathF.Sqrt(v) / root) + epsilon;
            parameters[i] = (float)(parameters[i] * keep) - (float)((float)(m * rate) / size);
        }
    }
}
