using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Federated.Adapters;

namespace Federated.Aggregation.Tests;

public sealed class BlobSetTests
{
    private static readonly AdapterLayout Layout = AdapterLayout.For(
        [new("layers.0.q_proj", 40, 50)],
        new(20, 4, LoraScaling.RsLora, ["q_proj"], 0)
    );

    private int _openNow;
    private int _mostOpen;
    private long _bytesRead;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BlobPrecision.Full)]
    [InlineData(BlobPrecision.BFloat16)]
    [InlineData(BlobPrecision.EightBit)]
    public async Task Blocks_read_in_any_order_are_those_of_the_whole_blob(BlobPrecision precision)
    {
        var blob = Blob(7, precision);
        using var whole = new MemoryStream(blob);
        var expected = AdapterBlob.Read(whole, Layout, AdapterBlobKind.Update);
        await using var set = Set(1, _ => blob);
        foreach (var (offset, length) in new[] { (0, 300), (300, 7), (900, 100), (513, 200), (999, 1), (0, 1000) })
        {
            var block = new float[length];
            await set.ReadAsync(0, offset, block, Cancellation);
            Assert.Equal(expected[offset..(offset + length)], block);
        }
    }

    [Fact]
    public async Task Many_blobs_are_read_in_turn_with_few_of_them_open_and_each_byte_once()
    {
        const int Count = BlobSet.OpenAtOnce + 30;
        await using (var set = Set(Count, seed => Blob(seed, BlobPrecision.Full)))
        {
            var block = new float[250];
            for (var offset = 0; offset < Layout.Count; offset += block.Length)
            {
                for (var i = 0; i < Count; i++)
                {
                    await set.ReadAsync(i, offset, block, Cancellation);
                    Assert.Equal(Value(i, offset + 3), block[3]);
                }
            }
        }

        Assert.Equal(0, _openNow);
        Assert.InRange(_mostOpen, 1, BlobSet.OpenAtOnce);
        var once = Count * AdapterBlob.ByteLength(Layout);
        // Those that are opened again for each block show their header again.
        Assert.InRange(_bytesRead, once, once + (Count * 4 * (AdapterBlob.HeaderLength + 1)));
    }

    [Fact]
    public async Task More_than_the_blob_has_and_bytes_after_its_end_are_refused()
    {
        await using var set = Set(1, _ => Blob(1, BlobPrecision.Full));
        await Assert.ThrowsAsync<InvalidAdapterBlobException>(async () =>
            await set.ReadAsync(0, 990, new float[11], Cancellation)
        );
        await using var longer = Set(1, _ => [.. Blob(1, BlobPrecision.Full), 0]);
        await Assert.ThrowsAsync<InvalidAdapterBlobException>(async () =>
            await longer.ReadAsync(0, 990, new float[10], Cancellation)
        );
    }

    private BlobSet Set(int count, Func<int, byte[]> blob) =>
        new(
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new BlobSource(
                        i.ToString(CultureInfo.InvariantCulture),
                        Layout,
                        AdapterBlobKind.Update
                    )),
            ],
            (digest, _) =>
            {
                _mostOpen = Math.Max(_mostOpen, ++_openNow);
                return Task.FromResult<Stream>(
                    new Watched(this, blob(int.Parse(digest, CultureInfo.InvariantCulture)))
                );
            }
        );

    private static float Value(int seed, int element) => ((seed * 31) + element) / 8f;

    private static byte[] Blob(int seed, BlobPrecision precision)
    {
        ImmutableArray<float> values = [.. Enumerable.Range(0, (int)Layout.Count).Select(j => Value(seed, j))];
        var random = new Random(seed);
        return UpdateBlob.Encode(
            Layout,
            values.AsSpan(),
            precision,
            words => random.NextBytes(MemoryMarshal.AsBytes(words))
        );
    }

    private sealed class Watched(BlobSetTests test, byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer)
        {
            var read = base.Read(buffer);
            test._bytesRead += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            test._openNow--;
            base.Dispose(disposing);
        }
    }
}
