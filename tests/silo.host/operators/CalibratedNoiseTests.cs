using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.Silo.Tests;

public sealed class CalibratedNoiseTests
{
    [Theory]
    [InlineData(8, 1e-6, 0.03, 7, 13)]
    [InlineData(0.7, 3e-5, 0.4, 3, 5)]
    public void A_submitted_target_epsilon_is_met_by_every_node_that_may_take_part(
        double target,
        double delta,
        double rate,
        int versions,
        int steps
    )
    {
        var yaml = FormattableString.Invariant(
            $$"""
            participants: { group: hospitals }
            baseModel: { name: base-docs-2m, sha256: {{new string('a', 64)}} }
            privacy: { targetEpsilon: {{target}}, delta: {{delta}}, maxSamplingRate: {{rate}} }
            local: { steps: {{steps}} }
            rounds: { versions: {{versions}}, close: { cohort: 5 } }
            """
        );

        // What the silo stores, and the node reads.
        var bytes = CanonicalRunDocument.Bytes(RunDocumentYaml.Parse(yaml, new CalibratedNoise()));
        var privacy = CanonicalRunDocument.Parse(bytes).Privacy;

        double At(double samplingRate) =>
            Accountants
                .Best(
                    new RepeatedEvent(
                        new PoissonSampledGaussianEvent(samplingRate, privacy.NoiseMultiplier),
                        (long)versions * steps
                    ),
                    delta
                )
                .Epsilon;
        Assert.Equal(target, privacy.TargetEpsilon);
        Assert.InRange(At(rate), target * 0.995, target);
        Assert.True(At(rate / 2) < target);
    }
}
