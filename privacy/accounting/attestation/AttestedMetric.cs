namespace Federated.Privacy.Accounting;

/// <summary>A noised metric of private data, as a node signs it: Σ min(loss, lossClip) over its held-out records, plus noise.</summary>
/// <param name="NoiseMultiplier">Noise standard deviation ÷ lossClip; &gt; 0.</param>
/// <param name="LossClip">The most that one record adds, nats; &gt; 0.</param>
/// <param name="Sum">The noisy sum, nats; with noise it may be below zero.</param>
/// <param name="Records">The public divisor: declared records × hold-out fraction. Never the true number. ≥ 1.</param>
public sealed record AttestedMetric(double NoiseMultiplier, double LossClip, double Sum, long Records)
{
    internal void Validate()
    {
        PrivacyArgument.PositiveFinite(NoiseMultiplier, "attestation.metric.noiseMultiplier");
        PrivacyArgument.PositiveFinite(LossClip, "attestation.metric.lossClip");
        ArgumentOutOfRangeException.ThrowIfLessThan(Records, 1, "attestation.metric.records");
        if (!double.IsFinite(Sum))
        {
            throw new ArgumentException($"attestation.metric.sum = {Sum}; expected a finite number");
        }
    }
}
