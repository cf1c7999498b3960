namespace Federated.Adapters.Tests;

public sealed class ProductsBlobTests
{
    private static readonly AdapterLayout Layout = Some.Layout();

    [Fact]
    public void Products_of_any_rank_come_back_with_every_bit()
    {
        var products = Products();
        var read = ProductsReader.ReadAll(new MemoryStream(Encode(products)), ProductsKind.Residual, Layout);
        Assert.Equal(products.Select(product => product.Rank), read.Select(product => product.Rank));
        Assert.Equal([false, true], read.Select(product => product.IsDense));
        foreach (var (expected, actual) in products.Zip(read))
        {
            Assert.Equal(expected.A.ToArray(), actual.A.ToArray());
            Assert.Equal(expected.B.ToArray(), actual.B.ToArray());
        }

        var none = Encode([LayerProduct.None, LayerProduct.None]);
        Assert.All(
            ProductsReader.ReadAll(new MemoryStream(none), ProductsKind.Residual, Layout),
            product => Assert.Equal((0, false), (product.Rank, product.IsDense))
        );
        Assert.InRange(Encode(products).Length, none.Length, ProductsBlob.MaxByteLength(Layout));
    }

    [Fact]
    public void Every_cut_and_every_byte_more_is_refused()
    {
        var blob = Encode(Products());
        for (var length = 0; length < blob.Length; length += 7)
        {
            Refused(blob[..length]);
        }

        Refused([.. blob, 0]);
    }

    [Theory]
    [InlineData(0, AdapterBlobFault.NotABlob)]
    [InlineData(4, AdapterBlobFault.UnsupportedVersion)]
    [InlineData(6, AdapterBlobFault.WrongKind)]
    [InlineData(9, AdapterBlobFault.OtherLayout)]
    [InlineData(41, AdapterBlobFault.OtherLayout)]
    public void Another_header_is_refused_with_its_reason(int at, AdapterBlobFault fault)
    {
        var blob = Encode(Products());
        blob[at] ^= 0x40;
        Assert.Equal(fault, Refused(blob).Fault);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(int.MaxValue)]
    public void A_rank_with_more_numbers_than_the_layer_is_refused_before_memory_is_taken(int rank)
    {
        var blob = Encode(Products());
        BitConverter.TryWriteBytes(blob.AsSpan(48), rank);
        Assert.Equal(AdapterBlobFault.OtherLayout, Refused(blob).Fault);
    }

    [Fact]
    public void A_number_that_is_not_finite_is_neither_written_nor_read()
    {
        var blob = Encode(Products());
        BitConverter.TryWriteBytes(blob.AsSpan(52), float.NaN);
        Assert.Equal(AdapterBlobFault.NotFinite, Refused(blob).Fault);
        var broken = LayerProduct.Of(1, new float[16], Enumerable.Repeat(float.PositiveInfinity, 16).ToArray());
        Assert.Throws<ArgumentException>(() => Encode([broken, LayerProduct.None]));
    }

    private static LayerProduct[] Products() =>
        [LayerProduct.Of(2, Numbers(2 * 16), Numbers(16 * 2)), LayerProduct.Dense(Numbers(7 * 16))];

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i) / 2)];

    private static byte[] Encode(LayerProduct[] products)
    {
        using var stream = new MemoryStream();
        ProductsBlob.WriteHeader(stream, ProductsKind.Residual, Layout);
        foreach (var (tensor, product) in Layout.Tensors.Zip(products))
        {
            ProductsBlob.WriteLayer(stream, tensor, product);
        }

        return stream.ToArray();
    }

    private static InvalidAdapterBlobException Refused(byte[] blob) =>
        Assert.Throws<InvalidAdapterBlobException>(() =>
            ProductsReader.ReadAll(new MemoryStream(blob), ProductsKind.Residual, Layout)
        );
}
