using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>SGD, with momentum where there is one.</summary>
internal sealed class UnrolledMomentum(LocalOptimizerOptions options, Tensor start) : UnrolledStep(options)
{
    private Tensor _mean = zeros_like(start);

    public override Tensor Take(int count, double rate, Tensor values, Tensor gradient)
    {
        _mean = _mean.Times(Options.Momentum).Plus(gradient);
        return Kept(values, rate) - _mean.Times(rate);
    }
}
