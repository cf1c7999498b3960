using System.Security.Cryptography;
using Federated.Aggregation.Grains;

namespace Federated.Silo.Tests;

/// <summary>What every blob store must do, whatever it is made of.</summary>
public abstract class BlobStoreConformance
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 31 / 7))];
    protected static readonly string Digest = Convert.ToHexStringLower(SHA256.HashData(Content));

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A store that holds nothing.</summary>
    protected abstract IBlobStore Blobs { get; }

    /// <summary>Closes the store and opens it again.</summary>
    protected abstract Task ReopenAsync();

    [Fact]
    public async Task A_blob_is_found_by_its_digest()
    {
        Assert.Null(await Blobs.LengthAsync(Digest, Cancellation));

        Assert.Equal(Digest, await Blobs.PutAsync(Content, Cancellation));

        Assert.Equal(Content.Length, await Blobs.LengthAsync(Digest, Cancellation));
        Assert.Equal(Content, await ReadAsync(Digest));
    }

    [Fact]
    public async Task Storing_the_same_bytes_many_times_at_once_keeps_one_whole_blob()
    {
        var digests = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Blobs.PutAsync(Content, Cancellation)));

        Assert.All(digests, digest => Assert.Equal(Digest, digest));
        Assert.Equal(Content, await ReadAsync(Digest));
    }

    [Fact]
    public async Task A_missing_blob_is_named()
    {
        var missing = await Assert.ThrowsAsync<FileNotFoundException>(() => Blobs.OpenAsync(Digest, Cancellation));

        Assert.Contains(Digest, missing.Message, StringComparison.Ordinal);
        await Blobs.DeleteAsync(Digest, Cancellation);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    [InlineData("abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789-run")]
    [InlineData(
        "abcdef0123456789abcdef0123456789abcdef0123456789abcdef012345678/-abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
    )]
    public async Task A_name_that_is_no_digest_is_refused(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Blobs.OpenAsync(name, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Blobs.DeleteAsync(name, Cancellation));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone()
    {
        await Blobs.PutAsync(Content, Cancellation);

        await Blobs.DeleteAsync(Digest, Cancellation);

        Assert.Null(await Blobs.LengthAsync(Digest, Cancellation));
    }

    [Fact]
    public async Task What_an_owner_has_alone_is_deleted_without_its_equals()
    {
        var owner = new string('a', 64);
        await Blobs.PutAsync(Content, Cancellation);
        var alone = await Blobs.PutAsync(Content, owner, Cancellation);
        await using (
            var upload = await Blobs.ContinueAsync("upload", BlobNames.Of(Digest, new('b', 64)), 0, Cancellation)
        )
        {
            await upload.AppendAsync(Content, Cancellation);
            Assert.True(await upload.CompleteAsync(BlobNames.Of(Digest, new('b', 64)), Cancellation));
        }

        await Blobs.DeleteAsync(alone, Cancellation);

        Assert.Null(await Blobs.LengthAsync(alone, Cancellation));
        Assert.Equal(Content, await ReadAsync(Digest));
        Assert.Equal(Content, await ReadAsync(BlobNames.Of(Digest, new('b', 64))));
    }

    [Fact]
    public async Task An_upload_in_pieces_becomes_a_blob()
    {
        await using (var upload = await Blobs.ContinueAsync("upload", Digest, 0, Cancellation))
        {
            foreach (var chunk in Content.Chunk(7_000))
            {
                await upload.AppendAsync(chunk, Cancellation);
            }

            Assert.Equal(Content.Length, upload.Length);
            Assert.True(await upload.CompleteAsync(Digest, Cancellation));
        }

        Assert.Equal(Content, await ReadAsync(Digest));
        Assert.Equal(0, await Blobs.CommittedAsync("upload", Digest, Cancellation));
    }

    [Fact]
    public async Task A_cut_upload_goes_on_where_it_stopped_also_after_reopening()
    {
        await using (var first = await Blobs.ContinueAsync("a/b/../c", Digest, 0, Cancellation))
        {
            await first.AppendAsync(Content.AsMemory(0, 60_000), Cancellation);
        }

        await ReopenAsync();

        Assert.Equal(60_000, await Blobs.CommittedAsync("a/b/../c", Digest, Cancellation));
        await using var second = await Blobs.ContinueAsync("a/b/../c", Digest, 60_000, Cancellation);
        await second.AppendAsync(Content.AsMemory(60_000), Cancellation);
        Assert.True(await second.CompleteAsync(Digest, Cancellation));
        Assert.Equal(Content, await ReadAsync(Digest));
    }

    [Fact]
    public async Task Bytes_with_another_digest_are_discarded()
    {
        await using (var upload = await Blobs.ContinueAsync("upload", Digest, 0, Cancellation))
        {
            await upload.AppendAsync(new byte[10], Cancellation);
            Assert.False(await upload.CompleteAsync(Digest, Cancellation));
        }

        Assert.Null(await Blobs.LengthAsync(Digest, Cancellation));
        Assert.Equal(0, await Blobs.CommittedAsync("upload", Digest, Cancellation));
    }

    [Fact]
    public async Task An_upload_has_one_writer_and_continues_only_at_its_end()
    {
        await using (var holder = await Blobs.ContinueAsync("upload", Digest, 0, Cancellation))
        {
            await holder.AppendAsync(new byte[10], Cancellation);
            await Assert.ThrowsAsync<IOException>(() => Blobs.ContinueAsync("upload", Digest, 10, Cancellation));
        }

        await Assert.ThrowsAsync<IOException>(() => Blobs.ContinueAsync("upload", Digest, 0, Cancellation));
        await Assert.ThrowsAsync<IOException>(() => Blobs.ContinueAsync("upload", Digest, 11, Cancellation));
        await using var next = await Blobs.ContinueAsync("upload", Digest, 10, Cancellation);
    }

    [Fact]
    public async Task An_upload_holds_one_blob_and_starts_anew_for_another()
    {
        var other = new string('b', 64);
        await using (var first = await Blobs.ContinueAsync("upload", other, 0, Cancellation))
        {
            await first.AppendAsync(new byte[10], Cancellation);
            await Assert.ThrowsAsync<IOException>(() => Blobs.ContinueAsync("upload", Digest, 0, Cancellation));
        }

        Assert.Equal(0, await Blobs.CommittedAsync("upload", Digest, Cancellation));
        await using (var second = await Blobs.ContinueAsync("upload", Digest, 0, Cancellation))
        {
            await second.AppendAsync(Content, Cancellation);
            Assert.True(await second.CompleteAsync(Digest, Cancellation));
        }

        Assert.Equal(0, await Blobs.CommittedAsync("upload", other, Cancellation));
    }

    private async Task<byte[]> ReadAsync(string digest)
    {
        await using var blob = await Blobs.OpenAsync(digest, Cancellation);
        using var copy = new MemoryStream();
        await blob.CopyToAsync(copy, Cancellation);
        return copy.ToArray();
    }
}
