using System.Globalization;
using System.Text.RegularExpressions;
using Federated.Aggregation.Grains;
using Federated.Privacy.Accounting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Silo.Tests;

/// <summary>A run with central privacy: nodes are charged, figures are hidden, raw updates are gone, and no version can be made again.</summary>
public sealed partial class CentralPrivacyTests : IAsyncLifetime
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
        Assert.Empty(RawUpdates());
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

    [Fact]
    public async Task A_run_whose_node_sent_the_same_bytes_elsewhere_keeps_them()
    {
        string? seed = null;
        string SameLayout(string document) => Seed().Replace(document, seed ??= Seed().Match(document).Value);
        using var first = await TestRun.StartAsync(_silo, Aggregation(budget: 20), change: SameLayout);
        using var second = await TestRun.StartAsync(_silo, Aggregation(budget: 20), change: SameLayout);
        using var open = await TestRun.StartAsync(_silo, change: SameLayout);
        await second.First.UploadAsync(await second.AssignmentAsync(second.First), first.Update(0.5f));
        await open.First.UploadAsync(await open.AssignmentAsync(open.First), first.Update(0.5f));

        await first.ReportAsync(0.5f, -0.25f);
        await WaitAsync(first, version => version.Version == 1);

        await second.Second.UploadAsync(await second.AssignmentAsync(second.Second), first.Update(0.1f));
        await open.Second.UploadAsync(await open.AssignmentAsync(open.Second), first.Update(0.1f));
        await WaitAsync(second, version => version.Version == 1);
        await WaitAsync(open, version => version.Version == 1);
        await GoneAsync();
    }

    [Fact]
    public async Task Raw_updates_that_a_crash_has_left_behind_go_at_the_next_start_or_sweep()
    {
        using var run = await TestRun.StartAsync(_silo, Aggregation(budget: 20));
        await run.First.UploadAsync(await run.AssignmentAsync(run.First), run.Update(0.5f));
        var raw = Assert.Single(RawUpdates());
        var bytes = await File.ReadAllBytesAsync(raw, Cancellation);
        using (var client = _silo.Operator())
        {
            await client.PostAsync<RunCommandAnswer>($"/api/runs/{run.Digest}/cancel", null, Cancellation);
        }

        await GoneAsync();
        // As after a kill between the end of the run, which is durable, and the deletion.
        await _silo.StopAsync();
        await File.WriteAllBytesAsync(raw, bytes, Cancellation);
        await _silo.RestartAsync();
        await GoneAsync();

        // As when deleting failed for as long as the silo lived, too.
        await File.WriteAllBytesAsync(raw, bytes, Cancellation);
        await new BlobCollection(
            _silo.Host.Services.GetRequiredService<IJournal>(),
            (FileBlobStore)_silo.Host.Services.GetRequiredService<IBlobStore>(),
            new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(30))
        ).CollectAsync(Cancellation);
        Assert.Empty(RawUpdates());
    }

    [GeneratedRegex("seed: [0-9]+")]
    private static partial Regex Seed();

    [Fact]
    public async Task What_a_kill_has_left_of_a_draw_goes_with_the_next_one()
    {
        using var run = await TestRun.StartAsync(_silo, Aggregation(budget: 20));
        var blobs = _silo.Host.Services.GetRequiredService<IBlobStore>();
        await using (var torn = await blobs.ContinueAsync($"merge/{run.Digest}", new string('a', 64), 0, Cancellation))
        {
            await torn.AppendAsync(new byte[] { 1, 2, 3 }, Cancellation);
        }

        await run.ReportAsync(0.5f, -0.25f);
        await WaitAsync(run, version => version.Version == 1);

        Assert.Empty(Directory.GetFiles(Path.Combine(_silo.Data, "blobs", "parts")));
    }

    private static string Aggregation(double budget) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            aggregation:
              centralPrivacy: { noiseMultiplier: 2, maxUpdateNorm: 0.5, budget: { epsilon: {{budget}} } }
            """
        );

    private string[] RawUpdates() =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(_silo.Data, "blobs"), "*-*", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file).Length == 129 && new FileInfo(file).Length > 0),
        ];

    private async Task GoneAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (RawUpdates().Length > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    private async Task WaitAsync(TestRun run, Func<VersionView, bool> until)
    {
        using var client = _silo.Operator();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!(await client.GetAsync<VersionView[]>($"/api/runs/{run.Digest}/versions", limit.Token)).Any(until))
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
