namespace Federated.Aggregation.Grains.Tests;

public sealed class RunLifeTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    [Fact]
    public async Task A_cohort_run_goes_from_submission_to_its_last_version()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "hospitals", versions: 2);
        for (var version = 1; version <= 2; version++)
        {
            var first = await federation.UploadAsync(0, version - 1);
            Assert.Equal(version, first.AcceptedInto);
            await federation.UploadAsync(1, version - 1);
            await federation.PublishedAsync(version);
        }

        var status = await federation.UntilAsync(status => status.Phase == RunPhase.Completed);
        Assert.Equal(2, status.LatestVersion);
        Assert.Equal(
            [
                "run-drafted",
                "recruiting-opened",
                "node-admitted",
                "node-admitted",
                "version-published",
                "version-opened",
                "update-accepted",
                "update-accepted",
                "version-closed",
                "staleness-decided",
                "version-published",
                "version-opened",
                "update-accepted",
                "update-accepted",
                "version-closed",
                "staleness-decided",
                "version-published",
                "run-completed",
            ],
            federation.Kinds()
        );
        var versions = await federation.Run.VersionsAsync(0);
        Assert.Equal([0L, 1, 2], versions.Select(version => version.Version));
        Assert.All(versions[2].Updates, update => Assert.Equal((1.0, 0.5), (update.Weight, update.Coefficient)));
    }
}
