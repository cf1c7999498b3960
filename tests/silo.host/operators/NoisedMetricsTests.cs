using Federated.Privacy.Accounting;

namespace Federated.Silo.Tests;

/// <summary>What an operator sees of noised metrics: the mean for the version that was judged, and how noisy it is.</summary>
public sealed class NoisedMetricsTests(SiloUnderTest silo) : IClassFixture<SiloUnderTest>
{
    [Fact]
    public async Task The_mean_noised_loss_of_a_base_version_is_shown_with_its_noise()
    {
        const string Section = "metrics: { noised: { noiseMultiplier: 8, lossClip: 10, every: 5 } }";
        using var run = await TestRun.StartAsync(silo, Section);
        run.First.Metric = new AttestedMetric(8, 10, 300, 100);
        run.Second.Metric = new AttestedMetric(8, 10, 500, 300);
        await run.ReportAsync(0.125f, 0.5f);

        using var client = silo.Operator();
        var versions = await client.GetAsync<VersionView[]>(
            $"/api/runs/{run.Digest}/versions",
            TestContext.Current.CancellationToken
        );

        var noised = versions[0].NoisedLoss!;
        Assert.Equal((2.0, 2), (noised.Nats, noised.Nodes));
        Assert.Equal(Math.Sqrt(2) * 80 / 400, noised.NoiseDeviation, 1e-12);
        Assert.Null(versions[1].NoisedLoss);
        Assert.Contains(
            RunText.Remarks(versions),
            remark =>
                remark.StartsWith(
                    "version 0: loss on held-out records of 2 node(s) 2 ± 0.2828",
                    StringComparison.Ordinal
                )
        );
    }
}
