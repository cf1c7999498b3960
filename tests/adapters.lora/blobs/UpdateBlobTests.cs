using System.Runtime.InteropServices;

namespace Federated.Adapters.Tests;

public sealed class UpdateBlobTests
{
    // More than one piece of the reader, and a last block that is not full.
    private static readonly AdapterLayout Layout = AdapterLayout.For(
        [new("a.q", 64, 300), new("b.q", 64, 251)],
        new(32, 16, LoraScaling.RsLora, ["q"], 3)
    );

    [Theory]
    [InlineData(BlobPrecision.BFloat16, 1.0 / 128)]
    [InlineData(BlobPrecision.EightBit, 1.0 / 127)]
    public void A_rounded_update_is_near_the_update_and_as_long_as_its_precision_says(
        BlobPrecision precision,
        double error
    )
    {
        var values = Values();
        var bytes = UpdateBlob.Encode(Layout, values, precision, Random(1));
        Assert.Equal(AdapterBlob.ByteLength(Layout, precision), bytes.Length);

        var read = Read(bytes);
        for (var start = 0; start < values.Length; start += BlobPrecisions.BlockLength)
        {
            var block = values[start..Math.Min(start + BlobPrecisions.BlockLength, values.Length)];
            var largest = block.Max(Math.Abs);
            for (var i = 0; i < block.Length; i++)
            {
                var scale = precision == BlobPrecision.EightBit ? largest : Math.Abs(block[i]);
                Assert.InRange(Math.Abs(read[start + i] - block[i]), 0, error * 1.0001 * scale);
            }
        }
    }

    [Theory]
    [InlineData(BlobPrecision.BFloat16)]
    [InlineData(BlobPrecision.EightBit)]
    public void Rounding_is_right_on_average(BlobPrecision precision)
    {
        const int Draws = 2000;
        var values = new float[Layout.Count];
        values[0] = 0.123456f;
        values[1] = -0.7654321f;
        values[2] = 1; // the block's largest
        var random = Random(2);
        double first = 0;
        double second = 0;
        for (var i = 0; i < Draws; i++)
        {
            var read = Read(UpdateBlob.Encode(Layout, values, precision, random));
            first += read[0];
            second += read[1];
        }

        // Five standard deviations of the mean of a two-point distribution with steps of 1/127 (8 bits) or 2⁻⁹ (bfloat16).
        var most = 5 * (1.0 / 127) / 2 / Math.Sqrt(Draws);
        Assert.InRange(first / Draws, values[0] - most, values[0] + most);
        Assert.InRange(second / Draws, values[1] - most, values[1] + most);
    }

    [Fact]
    public void Full_precision_is_the_plain_blob_and_draws_nothing()
    {
        var values = Values();
        var bytes = UpdateBlob.Encode(
            Layout,
            values,
            BlobPrecision.Full,
            _ => throw new InvalidOperationException("drew")
        );
        Assert.Equal(AdapterBlob.Encode(AdapterBlobKind.Update, Layout, values), bytes);
    }

    [Theory]
    [InlineData(BlobPrecision.BFloat16)]
    [InlineData(BlobPrecision.EightBit)]
    public void Pieces_of_any_size_join_to_the_whole(BlobPrecision precision)
    {
        var bytes = UpdateBlob.Encode(Layout, Values(), precision, Random(3));
        var whole = Read(bytes);
        foreach (var size in new[] { 7, 255, 256, 20_000 })
        {
            var reader = AdapterBlobReader.Open(new MemoryStream(bytes), Layout, AdapterBlobKind.Update);
            var joined = new List<float>();
            var piece = new float[size];
            int read;
            while ((read = reader.Read(piece)) > 0)
            {
                joined.AddRange(piece.AsSpan(0, read));
            }

            reader.RequireEnd();
            Assert.Equal(precision, reader.Precision);
            Assert.Equal(whole, joined);
        }
    }

    [Theory]
    [InlineData(BlobPrecision.BFloat16)]
    [InlineData(BlobPrecision.EightBit)]
    public void A_blob_that_ends_early_or_late_is_refused(BlobPrecision precision)
    {
        var bytes = UpdateBlob.Encode(Layout, Values(), precision, Random(4));
        Assert.Equal(AdapterBlobFault.WrongLength, Fault(bytes[..^1]));
        Assert.Equal(AdapterBlobFault.WrongLength, Fault([.. bytes, 0]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_scale_that_is_no_number_is_refused(float scale)
    {
        var bytes = UpdateBlob.Encode(Layout, Values(), BlobPrecision.EightBit, Random(5));
        BitConverter.TryWriteBytes(bytes.AsSpan(48), scale);
        Assert.Equal(AdapterBlobFault.NotFinite, Fault(bytes));
    }

    [Fact]
    public void A_published_adapter_is_never_rounded()
    {
        var bytes = UpdateBlob.Encode(Layout, Values(), BlobPrecision.BFloat16, Random(6));
        bytes[6] = (byte)AdapterBlobKind.Adapter;
        var error = Assert.Throws<InvalidAdapterBlobException>(() =>
            AdapterBlob.Read(new MemoryStream(bytes), Layout, AdapterBlobKind.Adapter)
        );
        Assert.Equal(AdapterBlobFault.UnsupportedElementType, error.Fault);
    }

    [Fact]
    public void A_number_that_bfloat16_cannot_hold_is_refused()
    {
        var values = Values();
        values[5] = float.MaxValue;
        Assert.Throws<ArgumentException>(() =>
            UpdateBlob.Encode(Layout, values, BlobPrecision.BFloat16, words => words.Fill(ulong.MaxValue))
        );
    }

    private static float[] Values()
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, (int)Layout.Count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    private static Action<Span<ulong>> Random(int seed)
    {
        var random = new Random(seed);
        return words => random.NextBytes(MemoryMarshal.AsBytes(words));
    }

    private static float[] Read(byte[] bytes) =>
        AdapterBlob.Read(new MemoryStream(bytes), Layout, AdapterBlobKind.Update);

    private static AdapterBlobFault Fault(byte[] bytes) =>
        Assert.Throws<InvalidAdapterBlobException>(() => Read(bytes)).Fault;
}
