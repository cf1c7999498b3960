namespace Federated.Silo.Tests;

/// <summary>A rule that goes on from version to version: where it starts is a part of the version, and comes out again.</summary>
public sealed class CenteredClipReplayTests : IAsyncLifetime
{
    private readonly SiloUnderTest _silo = new();

    public ValueTask InitializeAsync() => _silo.InitializeAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task The_centre_of_each_version_comes_out_again_after_a_restart()
    {
        using var third = await TestNode.JoinedAsync(_silo);
        using (
            var run = await TestRun.StartAsync(
                _silo,
                "aggregation: { robust: { method: centeredClip, radius: 0.5, iterations: 2 } }",
                change: document =>
                    document
                        .Replace("nodes: [", $"nodes: [\"{third.Id}\", ", StringComparison.Ordinal)
                        .Replace("{ cohort: 2 }", "{ cohort: 3, quorum: 3, deadline: 1h }", StringComparison.Ordinal)
            )
        )
        {
            await third.ConsentAsync(run.Digest);
            await ReportAsync(run, run.First, run.Second, third, 0.5f);
            await _silo.RestartAsync();
            using var first = run.First.At(_silo.Host.GrpcAddress);
            using var second = run.Second.At(_silo.Host.GrpcAddress);
            using var last = third.At(_silo.Host.GrpcAddress);
            await ReportAsync(run, first, second, last, 0.25f);
            await ReportAsync(run, first, second, last, 0.75f);
        }

        await _silo.StopAsync();
        var verdicts = await Replay.AllAsync(_silo);
        Assert.Equal([0, 1, 2, 3], verdicts.Select(verdict => verdict.Version));
        Assert.All(verdicts, verdict => Assert.Equal(VersionOutcome.Verified, verdict.Outcome));
        var centres = (await Replay.JournalAsync(_silo)).Split("\"centre\":\"").Skip(1).Select(text => text[..64]);
        Assert.Equal(3, centres.Distinct().Count());
    }

    private static async Task ReportAsync(TestRun run, TestNode one, TestNode two, TestNode three, float value)
    {
        await one.UploadAsync(await run.AssignmentAsync(one), run.Update(value));
        await two.UploadAsync(await run.AssignmentAsync(two), run.Update(value / 2));
        await three.UploadAsync(await run.AssignmentAsync(three), run.Update(-value));
        await one.CheckInAsync();
    }
}
