using System.Security.Cryptography;
using Federated.Aggregation.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Silo.Tests;

/// <summary>What a silo deletes, and what it says about it afterwards.</summary>
public sealed class BlobCollectionTests : IAsyncLifetime
{
    private const string NothingIsKept = "aggregation: { robust: { method: none } }\nretention: { updates: 0s }";
    private readonly SiloUnderTest _silo = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _silo.InitializeAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task What_retention_gives_up_is_deleted_a_day_later_and_verify_says_which_versions_it_cost()
    {
        using var run = await TestRun.StartAsync(_silo, NothingIsKept);
        await run.ReportAsync(1, 2);
        var open = run.Update(3);
        await run.First.UploadAsync(await run.AssignmentAsync(run.First), open);
        await SweepAsync();

        Assert.Equal(0, (await CollectAsync(hours: 1)).Blobs);
        var collected = await CollectAsync(hours: 30);

        Assert.Equal((2, 2L * run.Update().Length), (collected.Blobs, collected.Bytes));
        Assert.False(IsThere(run.Update(1)));
        Assert.True(IsThere(open));
        using (var client = _silo.Operator())
        {
            var view = await client.GetAsync<RunView>($"/api/runs/{run.Digest}", Cancellation);
            Assert.Equal((2, 1L), (view.Swept!.Updates, view.Swept.LastVersion));
            Assert.Contains("versions up to 1", Assert.Single(RunText.Swept(view)), StringComparison.Ordinal);
        }

        // The version goes on as if nothing had happened.
        await run.Second.UploadAsync(await run.AssignmentAsync(run.Second), run.Update(4));
        await run.First.CheckInAsync();
        await _silo.StopAsync();
        var verdicts = await Replay.AllAsync(_silo);
        Assert.Equal(
            [VersionOutcome.Verified, VersionOutcome.NotReplayable, VersionOutcome.Verified],
            verdicts.Select(verdict => verdict.Outcome)
        );
        Assert.Contains("retention.updates = 00:00:00", verdicts[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_that_no_run_has_answered_is_deleted_and_what_a_run_has_accepted_is_not()
    {
        using var run = await TestRun.StartAsync(_silo);
        var work = await run.AssignmentAsync(run.First);
        // As by a kill between its last byte and the run's answer.
        var unanswered = run.Update();
        await PutUploadAsync(unanswered);
        Assert.NotNull((await run.First.UploadAsync(work, run.Update(1))).Receipt);
        Assert.True(IsThere(unanswered));

        Assert.Equal(1, (await CollectAsync(hours: 30)).Blobs);

        Assert.False(IsThere(unanswered));
        Assert.True(IsThere(run.Update(1)));
        // Once a run needs it, it is no longer on trial.
        Assert.Empty(Directory.GetFiles(Path.Combine(_silo.Data, "blobs", "uploaded")));
    }

    [Fact]
    public async Task Bytes_that_one_run_gives_up_and_another_needs_are_kept()
    {
        using var given = await TestRun.StartAsync(_silo, NothingIsKept);
        await given.ReportAsync(1, 2);
        using var needed = await TestRun.StartAsync(_silo, "aggregation: { robust: { method: none } }");
        var published = given.Update(1);
        await SweepAsync();
        var digest = Convert.ToHexStringLower(SHA256.HashData(published));
        var journal = _silo.Host.Services.GetRequiredService<IJournal>();
        var stream = StreamNames.OfRun(needed.Digest);
        // As if the other run had published just these bytes.
        var end = (await journal.ReadAsync(stream, 0, Cancellation)).Count;
        var happened = new Aggregation.VersionPublished(DateTimeOffset.UnixEpoch, 1, digest, published.Length, null);
        await journal.AppendAsync(
            stream,
            end,
            [new(Aggregation.RunEventCodec.KindOf(happened), Aggregation.RunEventCodec.Encode(happened), null)],
            Cancellation
        );

        Assert.Equal(1, (await CollectAsync(hours: 30)).Blobs);

        Assert.True(IsThere(published));
        Assert.False(IsThere(given.Update(2)));
    }

    [Fact]
    public async Task The_silo_sweeps_by_itself_a_minute_after_the_start()
    {
        using var run = await TestRun.StartAsync(_silo, NothingIsKept);
        await run.ReportAsync(1, 2);
        var grains = _silo.Host.Services.GetRequiredService<IGrainFactory>();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var sweeps = new RetentionSweeps(
            grains,
            _silo.Host.Services.GetRequiredService<RunLookup>(),
            _silo.Host.Services.GetRequiredService<BlobCollection>(),
            time,
            NullLogger<RetentionSweeps>.Instance
        );
        await sweeps.StartAsync(Cancellation);

        var status = await grains.GetGrain<IRunGrain>(run.Digest).StatusAsync();
        Assert.Null(status!.Swept);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        while (status!.Swept is null)
        {
            time.Advance(RetentionSweeps.First);
            await grains
                .GetGrain<IRunGrain>(run.Digest)
                .WaitForChangeAsync(status.Revision, TimeSpan.FromMilliseconds(50), limit.Token);
            status = await grains.GetGrain<IRunGrain>(run.Digest).StatusAsync();
        }

        Assert.Equal(2, status.Swept.Updates);
        await sweeps.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_journal_of_a_later_release_stops_it_before_anything_is_deleted()
    {
        using var run = await TestRun.StartAsync(_silo, NothingIsKept);
        await run.ReportAsync(1, 2);
        await SweepAsync();
        var journal = _silo.Host.Services.GetRequiredService<IJournal>();
        await journal.AppendAsync("run/later", 0, [new("of-a-later-release", "{}"u8.ToArray(), null)], Cancellation);

        await Assert.ThrowsAsync<Aggregation.UnreadableRunEventException>(() => CollectAsync(hours: 30));

        Assert.True(IsThere(run.Update(1)));
    }

    private Task<DateTimeOffset?[]> SweepAsync() => Task.WhenAll(Runs().Select(run => run.SweepAsync()));

    private IEnumerable<IRunGrain> Runs()
    {
        var grains = _silo.Host.Services.GetRequiredService<IGrainFactory>();
        var runs = _silo.Host.Services.GetRequiredService<RunLookup>().AllAsync().GetAwaiter().GetResult();
        return runs.Select(run => grains.GetGrain<IRunGrain>(run.RunDigest));
    }

    private Task<CollectedBlobs> CollectAsync(int hours) =>
        new BlobCollection(
            _silo.Host.Services.GetRequiredService<IJournal>(),
            (FileBlobStore)_silo.Host.Services.GetRequiredService<IBlobStore>(),
            new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(hours))
        ).CollectAsync(Cancellation);

    private bool IsThere(byte[] blob)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(blob));
        return File.Exists(Path.Combine(_silo.Data, "blobs", digest[..2], digest));
    }

    private async Task PutUploadAsync(byte[] content)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        var blobs = _silo.Host.Services.GetRequiredService<IBlobStore>();
        await using var upload = await blobs.ContinueAsync("unanswered", digest, 0, Cancellation);
        await upload.AppendAsync(content, Cancellation);
        Assert.True(await upload.CompleteAsync(digest, Cancellation));
    }
}
