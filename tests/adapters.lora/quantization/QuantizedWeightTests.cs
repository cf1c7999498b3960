using Federated.Adapters.Quantization;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Quantization;

public sealed class QuantizedWeightTests
{
    [Theory]
    [InlineData(BasePrecision.EightBit, 3072, 768, 0.01)]
    [InlineData(BasePrecision.Nf4, 3072, 768, 0.10)]
    [InlineData(BasePrecision.EightBit, 3, 5, 0.02)]
    [InlineData(BasePrecision.Nf4, 7, 13, 0.15)]
    public void A_packed_weight_is_close_to_the_weight(BasePrecision precision, long rows, long columns, double error)
    {
        using var scope = NewDisposeScope();
        var weight = Normal(rows, columns);
        using var packed = QuantizedWeight.Of(weight, precision);

        Assert.InRange(RelativeError(packed.Dequantize(), weight), 0, error);
    }

    [Theory]
    [InlineData(BasePrecision.EightBit, (256 * 512) + (256 * 4))]
    [InlineData(BasePrecision.Nf4, (256 * 512 / 2) + (256 * 512 / 64 * 4))]
    public void A_packed_weight_takes_its_bits_and_its_scales(BasePrecision precision, long bytes)
    {
        using var scope = NewDisposeScope();
        using var packed = QuantizedWeight.Of(Normal(256, 512), precision);

        Assert.Equal(bytes, packed.Bytes);
    }

    [Theory]
    [InlineData(BasePrecision.EightBit)]
    [InlineData(BasePrecision.Nf4)]
    public void Product_and_gradient_are_those_of_the_numbers_that_the_packed_weight_stands_for(BasePrecision precision)
    {
        using var scope = NewDisposeScope();
        using var packed = QuantizedWeight.Of(Normal(24, 40), precision);
        var plain = packed.Dequantize();
        var input = Normal(6, 40).view(2, 3, 40).requires_grad_(true);
        var gradient = Normal(6, 24).view(2, 3, 24);

        var product = packed.Product(input);
        product.backward([gradient]);
        var ofPacked = input.grad!.clone();
        input.grad = null;
        var expected = nn.functional.linear(input, plain);
        expected.backward([gradient]);

        Assert.True(product.allclose(expected, 1e-6, 1e-6));
        Assert.True(ofPacked.allclose(input.grad!, 1e-6, 1e-6));
    }

    [Theory]
    [InlineData(BasePrecision.EightBit)]
    [InlineData(BasePrecision.Nf4)]
    public void Two_layers_that_share_the_scratch_give_the_gradients_of_their_own_weights(BasePrecision precision)
    {
        using var scope = NewDisposeScope();
        using var first = QuantizedWeight.Of(Normal(32, 48), precision);
        using var second = QuantizedWeight.Of(Normal(16, 32), precision);
        var input = Normal(5, 48).requires_grad_(true);

        second.Product(first.Product(input).tanh()).sum().backward();
        var ofPacked = input.grad!.clone();
        input.grad = null;
        var hidden = nn.functional.linear(input, first.Dequantize()).tanh();
        nn.functional.linear(hidden, second.Dequantize()).sum().backward();

        Assert.True(ofPacked.allclose(input.grad!, 1e-5, 1e-6));
    }

    [Property(MaxTest = 50)]
    public void The_same_numbers_give_the_same_bytes(int seed, bool nf4)
    {
        using var scope = NewDisposeScope();
        var weight = Normal(9, 33, seed);
        var precision = nf4 ? BasePrecision.Nf4 : BasePrecision.EightBit;
        using var one = QuantizedWeight.Of(weight, precision);
        using var two = QuantizedWeight.Of(weight.clone(), precision);
        using var other = QuantizedWeight.Of(weight + 1, precision);

        Assert.Equal(one.Digest(), two.Digest());
        Assert.NotEqual(one.Digest(), other.Digest());
    }

    // Levels and scale of a hand-made block, from the QLoRA paper's table.
    [Fact]
    public void A_block_of_levels_is_kept_without_error()
    {
        using var scope = NewDisposeScope();
        var levels = Nf4Codec.Table.ToArray();
        float[] block = [.. levels, .. levels.Reverse(), .. levels, .. levels];
        var weight = tensor(block.Select(level => level * 0.5f).ToArray(), [4L, 16L]);
        using var packed = QuantizedWeight.Of(weight, BasePrecision.Nf4);

        Assert.Equal(0, RelativeError(packed.Dequantize(), weight));
    }

    [Theory]
    [InlineData(BasePrecision.EightBit)]
    [InlineData(BasePrecision.Nf4)]
    public void A_weight_of_zeros_stays_zero(BasePrecision precision)
    {
        using var scope = NewDisposeScope();
        using var packed = QuantizedWeight.Of(zeros(3, 64), precision);

        Assert.Equal(0, packed.Dequantize().abs().sum().item<float>());
    }

    [Fact]
    public void The_vector_path_and_the_scalar_path_give_the_same_bits()
    {
        const int Count = 5 * Nf4Codec.BlockSize;
        var random = new Random(3);
        var values = Enumerable.Range(0, Count).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        var packed = new byte[Nf4Codec.PackedLength(Count)];
        var scales = new float[Nf4Codec.Blocks(Count)];
        Nf4Codec.Quantize(values, packed, scales);
        var (vector, scalar) = (new float[Count], new float[Count]);

        Nf4Codec.Dequantize(packed, scales, vector);
        Nf4Codec.UnpackScalar(packed, scales, scalar, scales.Length);

        Assert.Equal(scalar, vector);
    }

    [Theory]
    [InlineData(BasePrecision.EightBit)]
    [InlineData(BasePrecision.Nf4)]
    public void Tensor_operations_unpack_to_the_same_bits_as_the_processors_own(BasePrecision precision)
    {
        using var scope = NewDisposeScope();
        using var packed = QuantizedWeight.Of(Normal(10, 77), precision);

        Assert.True(packed.OnDevice().equal(packed.Dequantize()).all().item<bool>());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_weight_that_is_no_number_is_refused(float bad)
    {
        using var scope = NewDisposeScope();
        var weight = zeros(2, 3);
        weight[1, 1] = bad;

        var error = Assert.Throws<ArgumentException>(() => QuantizedWeight.Of(weight, BasePrecision.Nf4));
        Assert.Contains("element 4", error.Message, StringComparison.Ordinal);
    }

    private static Tensor Normal(long rows, long columns, int seed = 7)
    {
        using var generator = new Generator((ulong)Math.Abs((long)seed));
        return randn([rows, columns], generator: generator);
    }

    private static double RelativeError(Tensor actual, Tensor expected) =>
        ((actual - expected).norm() / expected.norm()).item<float>();
}
