using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>AdamW (Loshchilov &amp; Hutter 2019).</summary>
internal sealed class UnrolledAdamW(LocalOptimizerOptions options, Tensor start) : UnrolledStep(options)
{
    private Tensor _first = zeros_like(start);
    private Tensor _second = zeros_like(start);

    public override Tensor Take(int count, double rate, Tensor values, Tensor gradient)
    {
        _first = _first.Times(Options.Beta1).Plus(gradient.Times(1 - Options.Beta1));
        _second = _second.Times(Options.Beta2).Plus(gradient.square().Times(1 - Options.Beta2));
        var size = Root(_second.Over(1 - Math.Pow(Options.Beta2, count))).Plus(Options.Epsilon);
        return Kept(values, rate) - (_first.Over(1 - Math.Pow(Options.Beta1, count)) / size).Times(rate);
    }
}
