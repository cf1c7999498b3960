namespace Federated.Privacy.Accounting;

/// <summary>Noised metrics that a plan pays for beside its training: each is one Gaussian release over all held-out units.</summary>
/// <param name="NoiseMultiplier">Noise standard deviation ÷ the most that one unit adds; &gt; 0.</param>
/// <param name="Releases">How many at most, ≥ 1.</param>
/// <remarks>
/// A unit is either trained on or held out, so that training and metrics never see the same one. They are charged as if they did: nothing has to be
/// believed about the split.
/// </remarks>
public sealed record MetricPlan(double NoiseMultiplier, long Releases)
{
    internal PrivacyEvent ToEvent(long releases) => new RepeatedEvent(new GaussianEvent(NoiseMultiplier), releases);

    internal void Validate()
    {
        PrivacyArgument.NoiseMultiplier(NoiseMultiplier);
        ArgumentOutOfRangeException.ThrowIfLessThan(Releases, 1, "metrics.releases");
    }
}
