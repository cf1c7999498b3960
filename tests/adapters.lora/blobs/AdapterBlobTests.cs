namespace Federated.Adapters.Tests;

public sealed class AdapterBlobTests
{
    private static readonly AdapterLayout Layout = Some.Layout();

    [Fact]
    public void What_is_written_is_read()
    {
        var values = Some.Values(Layout);
        var bytes = AdapterBlob.Encode(AdapterBlobKind.Update, Layout, values);
        Assert.Equal(AdapterBlob.ByteLength(Layout), bytes.Length);
        Assert.Equal(values, AdapterBlob.Read(new MemoryStream(bytes), Layout, AdapterBlobKind.Update));
    }

    [Fact]
    public void The_bytes_are_those_of_format_version_1()
    {
        var layout = AdapterLayout.For([new("q", 2, 1)], new(1, 1, LoraScaling.Lora, ["q"], 0));
        Assert.Equal(
            "46454441" + "0100" + "01" + "01" + layout.Digest + "0100000000000000" + "0000c0bf",
            Convert.ToHexStringLower(AdapterBlob.Encode(AdapterBlobKind.Adapter, layout, [-1.5f]))
        );
    }

    [Theory]
    [InlineData(0, 0x47, AdapterBlobFault.NotABlob)]
    [InlineData(4, 2, AdapterBlobFault.UnsupportedVersion)]
    [InlineData(6, 2, AdapterBlobFault.WrongKind)]
    [InlineData(7, 3, AdapterBlobFault.UnsupportedElementType)]
    [InlineData(40, 0, AdapterBlobFault.WrongLength)]
    [InlineData(47, 0x80, AdapterBlobFault.WrongLength)]
    public void A_header_that_says_something_else_is_refused(int offset, byte value, AdapterBlobFault fault)
    {
        var bytes = AdapterBlob.Encode(AdapterBlobKind.Adapter, Layout, Some.Values(Layout));
        bytes[offset] = value;
        Refused(bytes, fault);
    }

    [Fact]
    public void Another_layout_is_refused()
    {
        var other = Some.Layout(seed: 1);
        Refused(AdapterBlob.Encode(AdapterBlobKind.Adapter, other, Some.Values(other)), AdapterBlobFault.OtherLayout);
    }

    [Theory]
    [InlineData(0, AdapterBlobFault.NotABlob)]
    [InlineData(47, AdapterBlobFault.NotABlob)]
    [InlineData(48, AdapterBlobFault.WrongLength)]
    [InlineData(60, AdapterBlobFault.WrongLength)]
    public void Bytes_that_end_early_are_refused(int length, AdapterBlobFault fault) =>
        Refused(AdapterBlob.Encode(AdapterBlobKind.Adapter, Layout, Some.Values(Layout))[..length], fault);

    [Fact]
    public void Bytes_left_over_are_refused() =>
        Refused(
            [.. AdapterBlob.Encode(AdapterBlobKind.Adapter, Layout, Some.Values(Layout)), 0],
            AdapterBlobFault.WrongLength
        );

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void An_element_that_is_not_finite_is_refused_wherever_it_is(float bad)
    {
        for (var i = 0; i < Layout.Count; i++)
        {
            var bytes = AdapterBlob.Encode(AdapterBlobKind.Adapter, Layout, Some.Values(Layout));
            BitConverter.TryWriteBytes(bytes.AsSpan(48 + (i * 4)), bad);
            Refused(bytes, AdapterBlobFault.NotFinite);
        }
    }

    [Fact]
    public void A_value_that_is_not_finite_is_never_written()
    {
        var values = Some.Values(Layout);
        values[^1] = float.NaN;
        using var stream = new MemoryStream();
        Assert.Throws<ArgumentException>(() => AdapterBlob.Write(stream, AdapterBlobKind.Update, Layout, values));
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public void A_reader_gives_pieces_of_any_size_that_join_to_the_whole()
    {
        var values = Some.Values(Layout);
        var bytes = AdapterBlob.Encode(AdapterBlobKind.Update, Layout, values);
        foreach (var size in new[] { 1, 7, 64, 1000 })
        {
            var reader = AdapterBlobReader.Open(new Dripping(bytes), Layout, AdapterBlobKind.Update);
            var joined = new List<float>();
            var piece = new float[size];
            int read;
            while ((read = reader.Read(piece)) > 0)
            {
                joined.AddRange(piece.AsSpan(0, read));
            }

            reader.RequireEnd();
            Assert.Equal(values, joined);
        }
    }

    private static void Refused(byte[] bytes, AdapterBlobFault fault)
    {
        var error = Assert.Throws<InvalidAdapterBlobException>(() =>
            AdapterBlob.Read(new MemoryStream(bytes), Layout, AdapterBlobKind.Adapter)
        );
        Assert.Equal(fault, error.Fault);
    }

    /// <summary>Gives at most three bytes at a time, as a network may.</summary>
    private sealed class Dripping(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(3, buffer.Length)]);
    }
}
