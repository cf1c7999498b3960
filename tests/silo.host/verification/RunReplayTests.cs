using System.Security.Cryptography;

namespace Federated.Silo.Tests;

public sealed class RunReplayTests : IAsyncLifetime
{
    private readonly SiloUnderTest _silo = new();
    private string _run = "";
    private string _update = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _silo.InitializeAsync();
        using var run = await TestRun.StartAsync(_silo);
        await run.First.UploadAsync(await run.AssignmentAsync(run.First), run.Update(1));
        await run.Second.UploadAsync(await run.AssignmentAsync(run.Second), run.Update(2));
        await run.AssignmentAsync(run.First);
        (_run, _update) = (run.Digest, Convert.ToHexStringLower(SHA256.HashData(run.Update(1))));
        await _silo.StopAsync();
    }

    [Fact]
    public async Task Every_published_version_comes_out_again()
    {
        var verdicts = await ReplayAsync();

        Assert.Equal([0, 1], verdicts.Select(verdict => verdict.Version));
        Assert.All(verdicts, verdict => Assert.Equal(VersionOutcome.Verified, verdict.Outcome));
    }

    [Fact]
    public async Task An_update_that_has_changed_on_the_disk_is_named()
    {
        var file = BlobFile(_update);
        var bytes = await File.ReadAllBytesAsync(file, Cancellation);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Cancellation);

        var verdict = (await ReplayAsync())[1];

        Assert.Equal(VersionOutcome.Wrong, verdict.Outcome);
        Assert.Contains(_update, verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_that_is_gone_though_nothing_has_given_it_up_was_lost()
    {
        File.Delete(BlobFile(_update));

        var verdicts = await ReplayAsync();

        Assert.Equal(VersionOutcome.Verified, verdicts[0].Outcome);
        Assert.Equal(VersionOutcome.Wrong, verdicts[1].Outcome);
        Assert.Contains("no retention has given it up", verdicts[1].Detail, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    private string BlobFile(string digest) => Path.Combine(_silo.Data, "blobs", digest[..2], digest);

    private async Task<List<VersionVerdict>> ReplayAsync()
    {
        using var folder = DataFolder.Open(_silo.Data);
        await using var journal = new SqliteJournal(folder.JournalFile);
        var verdicts = new List<VersionVerdict>();
        await foreach (
            var verdict in new RunReplay(journal, new FileBlobStore(folder.BlobFolder)).ReplayAsync(_run, Cancellation)
        )
        {
            verdicts.Add(verdict);
        }

        return verdicts;
    }
}
