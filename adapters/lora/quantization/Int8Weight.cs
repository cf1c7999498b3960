using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Federated.Adapters.Quantization;

/// <summary>One byte a weight, one scale a row.</summary>
internal sealed class Int8Weight : QuantizedWeight
{
    private Int8Weight(long outFeatures, long inFeatures, Tensor codes, Tensor scales)
        : base(outFeatures, inFeatures, codes, scales) { }

    private protected override string Algorithm => "int8-row-v1";

    public static Int8Weight Pack(Tensor weight)
    {
        var (rows, columns) = (weight.shape[0], weight.shape[1]);
        var codes = empty(rows, columns, dtype: ScalarType.Int8).DetachFromDisposeScope();
        var scales = empty(rows).DetachFromDisposeScope();
        var source = MemoryMarshal.Cast<byte, float>(weight.bytes);
        var target = MemoryMarshal.Cast<byte, sbyte>(codes.bytes);
        var scale = MemoryMarshal.Cast<byte, float>(scales.bytes);
        var width = (int)columns;
        for (var row = 0; row < (int)rows; row++)
        {
            scale[row] = Int8Codec.Quantize(source.Slice(row * width, width), target.Slice(row * width, width));
        }

        return new Int8Weight(rows, columns, codes, scales);
    }

    private protected override void FillOnCpu(Tensor target)
    {
        var codes = MemoryMarshal.Cast<byte, sbyte>(Codes.bytes);
        var scales = MemoryMarshal.Cast<byte, float>(Scales.bytes);
        var values = MemoryMarshal.Cast<byte, float>(target.bytes);
        var width = (int)InFeatures;
        for (var row = 0; row < scales.Length; row++)
        {
            Int8Codec.Dequantize(codes.Slice(row * width, width), scales[row], values.Slice(row * width, width));
        }
    }

    internal override Tensor OnDevice() => Codes.to(ScalarType.Float32).mul(Scales.unsqueeze(1));
}
