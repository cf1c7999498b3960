using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms;

/// <summary>Production: two streams keyed independently by the operating system. There is no seed to set.</summary>
public sealed class SecureNoise : NoiseSource
{
    /// <inheritdoc/>
    public override bool IsPrivate => true;

    /// <inheritdoc/>
    public override string MechanismName => Attestation.RoundedGaussian;

    internal override SecureRandomStream Sampling { get; } = new();

    internal override SecureRandomStream Noise { get; } = new();

    /// <inheritdoc/>
    public override void BeginStep(long stepIndex) => ArgumentOutOfRangeException.ThrowIfNegative(stepIndex);

    private protected override void Dispose(bool disposing)
    {
        Sampling.Dispose();
        Noise.Dispose();
    }
}
