using System.Text.Json;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

/// <summary>Known answers of one adapted layer: per-example gradients, their norms, clip coefficients and clipped sums.</summary>
public sealed class PerExampleVectorTests
{
    public static TheoryData<int> Cases => [0, 1, 2, 3];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_expanded_factor_gives_the_known_gradients_norms_and_clipped_sums(int index)
    {
        using var document = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "dp_lora_per_example.json"))
        );
        var known = document.RootElement.GetProperty("cases")[index];
        using var scope = NewDisposeScope();
        var x = Read(known, "X"); // [b, T, in]
        var backprop = Read(known, "backprop"); // [b, T, out]
        var a = Read(known, "A"); // [r, in]
        var b = Read(known, "B"); // [out, r]
        var scale = known.GetProperty("scaling").GetDouble();
        var count = x.shape[0];

        // The way of PerExampleGradients: one row of A and B a record, expanded without memory; loss_i = Σ_t backprop_it · y_it.
        var flat = cat([a.reshape(-1), b.reshape(-1)]);
        var rows = flat.unsqueeze(0).expand(count, flat.numel()).detach().requires_grad_(true);
        var parts = rows.split([a.numel(), b.numel()], 1);
        var output = LowRankProduct.Add(
            zeros_like(backprop),
            x,
            parts[0].reshape(count, a.shape[0], a.shape[1]),
            parts[1].reshape(count, b.shape[0], b.shape[1]),
            scale
        );
        (output * backprop).sum().backward();
        var gradA = rows.grad!.narrow(1, 0, a.numel());
        var gradB = rows.grad!.narrow(1, a.numel(), b.numel());

        // With A frozen, and the scale folded into it, the gradient of B is the same.
        var rowsOfB = b.reshape(1, -1).expand(count, b.numel()).detach().requires_grad_(true);
        var frozen = LowRankProduct.Add(
            zeros_like(backprop),
            x,
            a * scale,
            rowsOfB.reshape(count, b.shape[0], b.shape[1])
        );
        (frozen * backprop).sum().backward();
        Close(gradB, rowsOfB.grad!);

        Close(Read(known, "norm_sq_B"), gradB.square().sum(1));
        Close(Read(known, "norm_sq_A"), gradA.square().sum(1));
        var norms = (gradB.square().sum(1) + gradA.square().sum(1)).sqrt();
        var coefficients = (known.GetProperty("clip_C").GetDouble() / norms).clamp_max(1);
        Close(Read(known, "flat_coef"), coefficients);
        Close(Read(known, "sum_clipped_B").reshape(-1), coefficients.unsqueeze(0).mm(gradB).squeeze(0));
        Close(Read(known, "sum_clipped_A").reshape(-1), coefficients.unsqueeze(0).mm(gradA).squeeze(0));
    }

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(
            (expected - actual).abs().max().item<double>() < 1e-12 * expected.abs().max().item<double>() + 1e-13
        );
    }

    private static Tensor Read(JsonElement known, string name)
    {
        var shape = new List<long>();
        var numbers = new List<double>();
        for (var level = known.GetProperty(name); level.ValueKind == JsonValueKind.Array; level = level[0])
        {
            shape.Add(level.GetArrayLength());
        }

        Flatten(known.GetProperty(name), numbers);
        return tensor(numbers.ToArray(), shape.ToArray());
    }

    private static void Flatten(JsonElement element, List<double> numbers)
    {
        if (element.ValueKind == JsonValueKind.Number)
        {
            numbers.Add(element.GetDouble());
            return;
        }

        foreach (var item in element.EnumerateArray())
        {
            Flatten(item, numbers);
        }
    }
}
