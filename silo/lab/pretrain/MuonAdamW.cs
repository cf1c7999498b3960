using Federated.Adapters;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Lab.Pretrain;

/// <summary>
/// Muon (https://kellerjordan.github.io/posts/muon/) for the matrices of the layers, AdamW for embedding and norms. Muon steps along the
/// nearest orthogonal matrix of the momentum, found by five Newton–Schulz iterations, and reaches a loss in fewer tokens.
/// </summary>
internal sealed class MuonAdamW : IDisposable
{
    private const double Momentum = 0.95;
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;
    private const double Epsilon = 1e-8;

    private readonly List<(string Name, Parameter Weight, Tensor Momentum)> _matrices = [];
    private readonly List<(string Name, Parameter Weight, Tensor First, Tensor Second)> _others = [];
    private readonly double _matrixRate;
    private readonly double _otherRate;
    private readonly double _weightDecay;

    private readonly ScalarType _type;

    /// <param name="model">The model; every parameter that is trained has its gradient by the time of a step.</param>
    /// <param name="matrixRate">Peak learning rate of Muon.</param>
    /// <param name="otherRate">Peak learning rate of AdamW.</param>
    /// <param name="weightDecay">Decoupled decay of the matrices.</param>
    /// <param name="type">Type of the Newton–Schulz products; bfloat16 is exact enough for a direction.</param>
    public MuonAdamW(nn.Module model, double matrixRate, double otherRate, double weightDecay, ScalarType type)
    {
        (_matrixRate, _otherRate, _weightDecay, _type) = (matrixRate, otherRate, weightDecay, type);
        foreach (var (name, weight) in model.named_parameters())
        {
            if (weight.dim() == 2 && !name.Contains("embed", StringComparison.Ordinal))
            {
                _matrices.Add((name, weight, zeros_like(weight)));
            }
            else
            {
                _others.Add((name, weight, zeros_like(weight), zeros_like(weight)));
            }
        }
    }

    /// <summary>Everything that a continued training needs besides the weights.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        [
            .. _matrices.Select(matrix => KeyValuePair.Create($"momentum.{matrix.Name}", matrix.Momentum)),
            .. _others.SelectMany(other =>
                new[]
                {
                    KeyValuePair.Create($"first.{other.Name}", other.First),
                    KeyValuePair.Create($"second.{other.Name}", other.Second),
                }
            ),
        ];

    /// <summary>Applies one step from the gradients in place, which are then cleared.</summary>
    /// <param name="step">Steps done before this one.</param>
    /// <param name="factor">Share of the peak learning rates.</param>
    public void Step(int step, double factor)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        foreach (var (_, weight, momentum) in _matrices)
        {
            var gradient = weight.grad!;
            momentum.ScaleInPlace(Momentum).AddInPlace(gradient, 1 - Momentum);
            var update = Orthogonal(gradient.Times(1 - Momentum).AddInPlace(momentum, Momentum));
            var rate = _matrixRate * factor;
            weight.ScaleInPlace(1 - rate * _weightDecay);
            weight.AddInPlace(update, -rate * Math.Sqrt(Math.Max(1, (double)weight.shape[0] / weight.shape[1])));
            gradient.zero_();
        }

        foreach (var (_, weight, first, second) in _others)
        {
            var gradient = weight.grad!;
            first.ScaleInPlace(Beta1).AddInPlace(gradient, 1 - Beta1);
            second.ScaleInPlace(Beta2).AddInPlace(gradient.square(), 1 - Beta2);
            var scale = second.Over(1 - Math.Pow(Beta2, step + 1)).sqrt_().Plus(Epsilon);
            weight.AddInPlace(first / scale, -_otherRate * factor / (1 - Math.Pow(Beta1, step + 1)));
            gradient.zero_();
        }
    }

    public void Dispose()
    {
        foreach (var (_, tensor) in State)
        {
            tensor.Dispose();
        }
    }

    private Tensor Orthogonal(Tensor gradient)
    {
        const double a = 3.4445;
        const double b = -4.7750;
        const double c = 2.0315;
        var tall = gradient.shape[0] > gradient.shape[1];
        var x = tall ? gradient.t().contiguous() : gradient;
        x = (x / x.norm().Plus(1e-7)).to(_type);
        for (var iteration = 0; iteration < 5; iteration++)
        {
            var gram = x.mm(x.t());
            x = x.Times(a).Plus(gram.Times(b).Plus(gram.mm(gram).Times(c)).mm(x));
        }

        return (tall ? x.t() : x).to(ScalarType.Float32);
    }
}
