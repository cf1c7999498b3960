using Federated.Adapters;

namespace Federated.Silo.Tests;

/// <summary>A run that gives up directions: what is published, what the operator sees, and what a replay finds.</summary>
public sealed class RankAllocationRunTests : IAsyncLifetime
{
    private readonly SiloUnderTest _silo = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _silo.InitializeAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task Versions_hold_fewer_directions_as_scheduled_and_come_out_again()
    {
        using (var run = await TestRun.StartAsync(_silo, change: Allocating))
        {
            for (var version = 1; version <= 3; version++)
            {
                foreach (var node in new[] { run.First, run.Second })
                {
                    var work = await run.AssignmentAsync(node);
                    await node.UploadAsync(work, run.RandomUpdate(version, work.BaseVersion));
                }

                await run.First.CheckInAsync();
                using var blob = new MemoryStream(await run.First.DownloadAsync(run.Digest, version));
                var values = AdapterBlob.Read(blob, run.Layout, AdapterBlobKind.Adapter);
                // 4 layers of rank 4; half of the directions from version 2 on.
                Assert.Equal(version == 1 ? 16 : 8, ActiveDirections.Of(run.Layout, values).Counts.Sum());
            }

            using var client = _silo.Operator();
            var versions = await client.GetAsync<VersionView[]>($"/api/runs/{run.Digest}/versions", Cancellation);
            Assert.Null(versions[1].Merge!.ActiveRanks);
            Assert.Equal(8, versions[3].Merge!.ActiveRanks!.Sum());
        }

        await _silo.StopAsync();
        Assert.All(
            await Replay.AllAsync(_silo),
            verdict => Assert.True(verdict.Outcome == VersionOutcome.Verified, $"{verdict}")
        );
    }

    private static string Allocating(string document) =>
        document.Replace(
            "scaling: rslora",
            "scaling: rslora, rankAllocation: { targetRank: 2, from: 1, to: 2 }",
            StringComparison.Ordinal
        );
}
