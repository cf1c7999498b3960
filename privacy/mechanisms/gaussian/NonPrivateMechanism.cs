using Federated.Privacy.Accounting;
using static TorchSharp.torch;

namespace Federated.Privacy.Mechanisms;

/// <summary>No noise: for comparisons on public data. What it makes is marked as not private and cannot be attested otherwise.</summary>
public static class NonPrivateMechanism
{
    /// <summary>The clipped sum without noise ÷ expected batch size.</summary>
    /// <param name="sum">The clipped sum; used up.</param>
    /// <param name="expectedBatchSize">The divisor; finite and &gt; 0.</param>
    public static NoisyGradient Release(ClippedSum sum, double expectedBatchSize)
    {
        ArgumentNullException.ThrowIfNull(sum);
        var scale = GaussianMechanism.Scale(sum.Grid, expectedBatchSize);
        return Mark(GaussianMechanism.ToFloats(sum.Take(), scale));
    }

    /// <summary>A plain gradient, neither clipped nor noised.</summary>
    /// <param name="gradient">[d], float32.</param>
    public static NoisyGradient Release(Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (gradient.shape.Length != 1 || gradient.dtype != ScalarType.Float32)
        {
            throw new ArgumentException(
                $"gradient is {gradient.dtype} [{string.Join(", ", gradient.shape)}]; expected float32 [d]"
            );
        }

        using var scope = NewDisposeScope();
        return Mark(gradient.detach().cpu().data<float>().ToArray());
    }

    private static NoisyGradient Mark(float[] values) =>
        new(values, new NonPrivateEvent(), Attestation.NoMechanism, isPrivate: false);
}
