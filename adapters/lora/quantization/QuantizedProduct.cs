using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Adapters.Quantization;

/// <summary>
/// y = x Wᵀ over a packed W: autograd keeps neither x nor the float32 W. Backward unpacks W again, g W. W itself has no gradient.
/// </summary>
internal sealed class QuantizedProduct : autograd.SingleTensorFunction<QuantizedProduct>
{
    public override string Name => nameof(QuantizedProduct);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var weight = (QuantizedWeight)arguments[1];
        context.save_data("weight", weight);
        return nn.functional.linear((Tensor)arguments[0], weight.Unpacked());
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var weight = (QuantizedWeight)context.get_data("weight")!;
        try
        {
            var flat = gradient.reshape(-1, weight.OutFeatures).mm(weight.Unpacked());
            return [flat.view([.. gradient.shape[..^1], weight.InFeatures]), null!];
        }
        catch (Exception)
        {
            // An exception that crosses the native side ends the process. NaN fails closed: a clipper drops the rows, training stops.
            using var notANumber = float.NaN.ToScalar();
            return [full([.. gradient.shape[..^1], weight.InFeatures], notANumber, device: gradient.device), null!];
        }
    }
}
