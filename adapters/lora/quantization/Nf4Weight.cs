using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Federated.Adapters.Quantization;

/// <summary>Four bits a weight and one scale for every 64, in row-major order.</summary>
internal sealed class Nf4Weight : QuantizedWeight
{
    private Nf4Weight(long outFeatures, long inFeatures, Tensor codes, Tensor scales)
        : base(outFeatures, inFeatures, codes, scales) { }

    private protected override string Algorithm => "nf4-64-v1";

    public static Nf4Weight Pack(Tensor weight)
    {
        var count = weight.numel();
        var codes = empty(Nf4Codec.PackedLength(count), dtype: ScalarType.Byte).DetachFromDisposeScope();
        var scales = empty(Nf4Codec.Blocks(count)).DetachFromDisposeScope();
        Nf4Codec.Quantize(
            MemoryMarshal.Cast<byte, float>(weight.bytes),
            codes.bytes,
            MemoryMarshal.Cast<byte, float>(scales.bytes)
        );
        return new Nf4Weight(weight.shape[0], weight.shape[1], codes, scales);
    }

    private protected override void FillOnCpu(Tensor target) =>
        Nf4Codec.Dequantize(
            Codes.bytes,
            MemoryMarshal.Cast<byte, float>(Scales.bytes),
            MemoryMarshal.Cast<byte, float>(target.bytes)
        );

    // Sixteen bytes are two groups of sixteen: the low halves first.
    internal override Tensor OnDevice()
    {
        var levels = tensor(Nf4Codec.Table.ToArray(), device: Device);
        var bytes = Codes.view(-1, 16);
        var low = bytes.bitwise_and(15);
        var high = bytes.bitwise_right_shift(4);
        var codes = cat([low, high], 1).to(ScalarType.Int32).view(-1); // 32 numbers a row
        var values = levels.index_select(0, codes).view(-1, Nf4Codec.BlockSize).mul(Scales.unsqueeze(1));
        return values.view(-1).narrow(0, 0, OutFeatures * InFeatures).view(OutFeatures, InFeatures);
    }
}
