using Federated.Adapters.Checkpoints;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Checkpoints;

public sealed class SafetensorsRoundTripTests
{
    public static TheoryData<ScalarType> Types =>
        [
            ScalarType.Float64,
            ScalarType.Float32,
            ScalarType.Float16,
            ScalarType.BFloat16,
            ScalarType.Int64,
            ScalarType.Int32,
            ScalarType.Int16,
            ScalarType.Int8,
            ScalarType.Byte,
            ScalarType.Bool,
        ];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_dtype_comes_back_with_the_same_values(ScalarType type)
    {
        using var folder = new TemporaryFolder();
        using var written = arange(0, 12, dtype: ScalarType.Float32).reshape(3, 4).to(type);
        Safetensors.Write(folder.File("one.safetensors"), [KeyValuePair.Create("a.weight", written)]);

        using var read = Safetensors.Read(folder.File("one.safetensors"));

        Assert.Equal(type, read.Tensors["a.weight"].dtype);
        Assert.Equal([3L, 4L], read.Tensors["a.weight"].shape);
        Assert.True(read.Tensors["a.weight"].equal(written).all().item<bool>());
    }

    [Fact]
    public void Scalars_empty_tensors_strided_views_and_metadata_come_back()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("mixed.safetensors");
        var tensors = new Dictionary<string, Tensor>
        {
            ["scalar"] = tensor(3.5),
            ["empty"] = zeros(0, 7),
            ["transposed"] = arange(6, dtype: ScalarType.Float32).reshape(2, 3).t(),
            ["bytes"] = tensor(new byte[] { 1, 2, 3 }),
        };
        Safetensors.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt", ["note"] = "ä\n" });

        using var read = Safetensors.Read(path);

        Assert.Equal("ä\n", read.Metadata["note"]);
        Assert.Equal(3.5, read.Tensors["scalar"].item<double>());
        Assert.Equal([0L, 7L], read.Tensors["empty"].shape);
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], read.Tensors["transposed"].data<float>().ToArray());
        Assert.Equal(4, read.Tensors.Count);
    }

    [Fact]
    public void Only_selected_tensors_are_loaded()
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, [KeyValuePair.Create("a", ones(2)), KeyValuePair.Create("b", ones(3))]);
        stream.Position = 0;

        using var read = Safetensors.Read(stream, "memory", name => name == "b");

        Assert.Equal(["b"], read.Tensors.Keys);
        Assert.Equal(3, read.Tensors["b"].numel());
    }

    [Fact]
    public void Equal_content_gives_equal_bytes_whatever_the_order()
    {
        using var first = new MemoryStream();
        using var second = new MemoryStream();
        var (a, b) = (KeyValuePair.Create("a", ones(2)), KeyValuePair.Create("b", zeros(3, dtype: ScalarType.Int64)));
        Safetensors.Write(first, [a, b]);
        Safetensors.Write(second, [b, a]);

        Assert.Equal(first.ToArray(), second.ToArray());
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_no_temporary_one()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("kept.safetensors");
        Safetensors.Write(path, [KeyValuePair.Create("a", ones(2))]);
        var before = File.ReadAllBytes(path);

        Assert.Throws<ArgumentException>(() =>
            Safetensors.Write(path, [KeyValuePair.Create("a", ones(2)), KeyValuePair.Create("a", ones(2))])
        );

        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }
}
