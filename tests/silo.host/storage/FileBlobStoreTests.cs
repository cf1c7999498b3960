using System.Security.Cryptography;
using System.Threading.Channels;
using Federated.Aggregation.Grains;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Silo.Tests;

public sealed class FileBlobStoreTests : BlobStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private FileBlobStore _blobs;

    public FileBlobStoreTests() => _blobs = new FileBlobStore(_folder.File("blobs"));

    protected override IBlobStore Blobs => _blobs;

    [Fact]
    public async Task A_torn_part_file_never_becomes_a_blob()
    {
        byte[] content = [1, 2, 3, 4, 5, 6];
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        await using (var upload = await _blobs.ContinueAsync("upload", digest, 0, Cancellation))
        {
            await upload.AppendAsync(content.AsMemory(0, 4), Cancellation);
        }

        // What a power cut may leave: the length is there, the bytes are not.
        var part = Assert.Single(Directory.GetFiles(_folder.File("blobs/parts")));
        await File.WriteAllBytesAsync(part, new byte[4], Cancellation);
        await using var resumed = await _blobs.ContinueAsync("upload", digest, 4, Cancellation);
        await resumed.AppendAsync(content.AsMemory(4), Cancellation);

        Assert.False(await resumed.CompleteAsync(digest, Cancellation));
        Assert.Null(await _blobs.LengthAsync(digest, Cancellation));
    }

    [Fact]
    public async Task Uploads_that_nobody_continues_are_dropped()
    {
        await using (var upload = await _blobs.ContinueAsync("old", Digest, 0, Cancellation))
        {
            await upload.AppendAsync(new byte[4], Cancellation);
        }

        File.SetLastWriteTimeUtc(
            Assert.Single(Directory.GetFiles(_folder.File("blobs/parts"))),
            new DateTime(2020, 1, 1)
        );
        await using (var upload = await _blobs.ContinueAsync("new", Digest, 0, Cancellation))
        {
            await upload.AppendAsync(new byte[4], Cancellation);
        }

        _blobs.DropUploadsUntouchedSince(new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(0, await _blobs.CommittedAsync("old", Digest, Cancellation));
        Assert.Equal(4, await _blobs.CommittedAsync("new", Digest, Cancellation));
    }

    [Fact]
    public async Task An_upload_that_is_being_written_is_not_dropped()
    {
        await using var upload = await _blobs.ContinueAsync("slow", Digest, 0, Cancellation);

        _blobs.DropUploadsUntouchedSince(DateTimeOffset.MaxValue);

        Assert.Single(Directory.GetFiles(_folder.File("blobs/parts")));
    }

    [Fact]
    public async Task Uploads_expire_while_the_silo_runs()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var dropped = Channel.CreateUnbounded<DateTimeOffset>();
        using var expiry = new UploadExpiry(
            moment => Assert.True(dropped.Writer.TryWrite(moment)),
            time,
            NullLogger<UploadExpiry>.Instance
        );
        await expiry.StartAsync(Cancellation);

        var first = await dropped.Reader.ReadAsync(Cancellation);
        time.Advance(TimeSpan.FromHours(1));
        var second = await dropped.Reader.ReadAsync(Cancellation);

        Assert.Equal(time.GetUtcNow() - TimeSpan.FromDays(7), second);
        Assert.Equal(TimeSpan.FromHours(1), second - first);
        await expiry.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_blob_that_was_asked_for_since_is_not_deleted(bool isPutAgain)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        var blobs = new FileBlobStore(_folder.File("blobs"), time);
        var digest = await blobs.PutAsync(new byte[4], Cancellation);
        time.Advance(TimeSpan.FromDays(2));
        var moment = time.GetUtcNow();
        if (isPutAgain)
        {
            await blobs.PutAsync(new byte[4], Cancellation);
        }
        else
        {
            await blobs.LengthAsync(digest, Cancellation);
        }

        Assert.Null(blobs.DeleteUntouchedSince(digest, moment));
        Assert.Equal(4, blobs.DeleteUntouchedSince(digest, moment.AddSeconds(1)));
        Assert.Null(await blobs.LengthAsync(digest, Cancellation));
    }

    [Fact]
    public async Task What_the_silo_puts_is_its_own_also_where_an_upload_of_it_was_killed_between_mark_and_blob()
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(new byte[4]));
        await File.WriteAllBytesAsync(_folder.File($"blobs/uploaded/{digest}"), [], Cancellation);

        await _blobs.PutAsync(new byte[4], Cancellation);

        Assert.Empty(_blobs.UploadedBefore(DateTimeOffset.MaxValue));
    }

    [Fact]
    public async Task A_blob_that_is_there_is_said_to_be_there_only_when_its_name_is_durable()
    {
        var digest = await _blobs.PutAsync(new byte[4], Cancellation);
        var flushed = new List<string>();
        var blobs = new FileBlobStore(_folder.File("blobs"), flushed.Add);

        await blobs.LengthAsync(digest, Cancellation);
        Assert.Equal([_folder.File($"blobs/{digest[..2]}"), _folder.File("blobs")], flushed);
        flushed.Clear();
        await blobs.PutAsync(new byte[4], Cancellation);
        Assert.Equal([_folder.File($"blobs/{digest[..2]}"), _folder.File("blobs")], flushed);
    }

    [Fact]
    public async Task A_new_blob_makes_its_folder_durable_also_when_the_folder_was_there()
    {
        byte[] content = [1, 2, 3];
        var folder = _folder.File($"blobs/{Convert.ToHexStringLower(SHA256.HashData(content))[..2]}");
        Directory.CreateDirectory(folder);
        var flushed = new List<string>();

        await new FileBlobStore(_folder.File("blobs"), flushed.Add).PutAsync(content, Cancellation);

        Assert.Equal([folder, _folder.File("blobs")], flushed);
    }

    public void Dispose() => _folder.Dispose();

    protected override Task ReopenAsync()
    {
        _blobs = new FileBlobStore(_folder.File("blobs"));
        return Task.CompletedTask;
    }
}
