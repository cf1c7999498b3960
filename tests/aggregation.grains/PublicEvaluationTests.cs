namespace Federated.Aggregation.Grains.Tests;

public sealed class PublicEvaluationTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    [Fact]
    public async Task Versions_are_judged_beside_the_run_and_a_loss_that_stands_still_ends_it()
    {
        using var federation = await Federation.RunningAsync(
            silo,
            1,
            new() { Cohort = 1 },
            "judged",
            versions: 9,
            change: document =>
                document with
                {
                    Evaluation = new() { Data = "public", Sha256 = new string('b', 64) },
                    Stop = new() { Patience = 2, MinDelta = 0.01 },
                }
        );
        for (var version = 1; version <= 2; version++)
        {
            await federation.UntilAsync(status => status.EvaluatedVersion == version - 1);
            await federation.UploadAsync(0, version - 1);
            await federation.PublishedAsync(version);
        }

        var status = await federation.UntilAsync(status => status.Phase == RunPhase.Completed);

        Assert.Equal((2, 2, 3.0), (status.LatestVersion, status.EvaluatedVersion, status.PublicLoss));
        Assert.Equal(0.4, status.PublicAccuracy);
        Assert.Contains("the public loss has not fallen below 3.0000", status.Reason, StringComparison.Ordinal);
        Assert.Equal(3, federation.Kinds().Count(kind => kind == "version-evaluated"));
        var versions = await federation.Run.VersionsAsync(0);
        Assert.All(versions, version => Assert.Equal(30, VersionEvaluation.FromJson(version.Evaluation).Nats));
    }

    [Fact]
    public async Task A_run_that_asks_for_nothing_is_not_judged()
    {
        using var federation = await Federation.RunningAsync(silo, 1, new() { Cohort = 1 }, "unjudged", versions: 1);
        await federation.UploadAsync(0, 0);

        var status = await federation.UntilAsync(status => status.Phase == RunPhase.Completed);

        Assert.Equal((-1, null), (status.EvaluatedVersion, status.PublicLoss));
        Assert.DoesNotContain("version-evaluated", federation.Kinds());
    }
}
