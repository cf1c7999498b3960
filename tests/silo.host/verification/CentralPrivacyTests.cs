using System.Globalization;
using Federated.Privacy.Accounting;

namespace Federated.Silo.Tests;

/// <summary>A run with central privacy: nodes are charged, figures are hidden, raw updates are gone, and no version can be made again.</summary>
public sealed class CentralPrivacyTests : IAsyncLifetime
{
    private readonly SiloUnderTest _silo = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _silo.InitializeAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task A_version_costs_every_node_and_leaves_nothing_raw()
    {
        using var run = await TestRun.StartAsync(_silo, Aggregation(budget: 20));
        await run.ReportAsync(0.5f, -0.25f);
        await WaitAsync(run, version => version.Version == 1);

        using var client = _silo.Operator();
        var version = (await client.GetAsync<VersionView[]>($"/api/runs/{run.Digest}/versions", Cancellation))[1];
        // C ÷ N times the largest weight, min(K, cap) = 2.
        Assert.Equal(0.5 * 2 / 2, version.Central!.Sensitivity);
        Assert.Equal(2 * version.Central.Sensitivity, version.Central.NoiseDeviation);
        Assert.All(version.Updates, update => Assert.Equal((0.0, 0.5), (update.Norm, update.Coefficient)));
        await _silo.StopAsync();

        var blobs = Directory.EnumerateFiles(Path.Combine(_silo.Data, "blobs"), "*", SearchOption.AllDirectories);
        var named = blobs
            .Where(file => Path.GetFileName(file).Length == 64)
            .ToLookup(file => file.Contains("uploaded", StringComparison.Ordinal));
        Assert.Equal(2, named[false].Count());
        // Until a sweep has seen the version in the journal: had the silo died before, the draw would go.
        Assert.Equal([version.AdapterDigest], named[true].Select(Path.GetFileName));
        Assert.DoesNotContain("\"norm\":8", await Replay.JournalAsync(_silo), StringComparison.Ordinal);
        var entries = PrivacyLedger.Read(Path.Combine(_silo.Data, "central-ledger.jsonl")).Entries;
        Assert.Equal(
            new[] { run.First.Id, run.Second.Id }.Order(),
            entries.OfType<ReservedEntry>().Select(entry => entry.Plan.Source).Order()
        );
        Assert.All(
            entries.OfType<ReservedEntry>(),
            entry =>
                Assert.Equal((1.0, 2.0, 3), (entry.Plan.SamplingRate, entry.Plan.NoiseMultiplier, entry.Plan.Steps))
        );
        var verdicts = await Replay.AllAsync(_silo);
        Assert.Equal(
            [VersionOutcome.Verified, VersionOutcome.NotReplayable],
            verdicts.Select(verdict => verdict.Outcome)
        );
        Assert.Contains("noise", verdicts[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_over_a_nodes_budget_is_not_made()
    {
        using var run = await TestRun.StartAsync(_silo, Aggregation(budget: 0.5));
        await run.First.UploadAsync(await run.AssignmentAsync(run.First), run.Update(0.5f));
        await run.Second.UploadAsync(await run.AssignmentAsync(run.Second), run.Update(0.25f));
        await run.First.CheckInAsync();

        using var client = _silo.Operator();
        var status = await client.GetAsync<RunView>($"/api/runs/{run.Digest}", Cancellation);
        Assert.Equal((Federated.Aggregation.RunPhase.Failed, 0), (status.State, status.PublishedVersion));
        Assert.Contains("aggregation.centralPrivacy.budget", status.Reason, StringComparison.Ordinal);
    }

    private static string Aggregation(double budget) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            aggregation:
              centralPrivacy: { noiseMultiplier: 2, maxUpdateNorm: 0.5, budget: { epsilon: {{budget}} } }
            """
        );

    private async Task WaitAsync(TestRun run, Func<VersionView, bool> until)
    {
        using var client = _silo.Operator();
        while (!(await client.GetAsync<VersionView[]>($"/api/runs/{run.Digest}/versions", Cancellation)).Any(until))
        {
            Cancellation.ThrowIfCancellationRequested();
        }
    }
}
