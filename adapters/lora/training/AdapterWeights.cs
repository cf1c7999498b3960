using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>Writes an adapter into the weights of a base model, and takes it out again, so that the model runs without an adapter's extra work.</summary>
/// <remarks>
/// W ± scale · B A is computed in doubles and rounded once: what is taken out again is the weight that was there up to that rounding
/// (half a unit in the last place of the larger of the two).
/// </remarks>
public static class AdapterWeights
{
    /// <summary>W + scale · B A for every adapted layer.</summary>
    /// <param name="model">The model, with its weights in float32.</param>
    /// <param name="layout">The whole adapter's layout.</param>
    /// <param name="values">What the layout holds; finite.</param>
    /// <exception cref="InvalidAdapterOptionsException">The model has no such layer, or keeps it in fewer bits; nothing is changed.</exception>
    /// <exception cref="ArgumentException">Another number of values, or one that is not finite; nothing is changed.</exception>
    public static void Merge(AdaptableModel model, AdapterLayout layout, ReadOnlySpan<float> values) =>
        Add(model, layout, values, 1);

    /// <summary>W − scale · B A for every adapted layer.</summary>
    /// <param name="model">The model, with its weights in float32.</param>
    /// <param name="layout">The whole adapter's layout.</param>
    /// <param name="values">What the layout holds; finite.</param>
    /// <exception cref="InvalidAdapterOptionsException">The model has no such layer, or keeps it in fewer bits; nothing is changed.</exception>
    /// <exception cref="ArgumentException">Another number of values, or one that is not finite; nothing is changed.</exception>
    public static void Subtract(AdaptableModel model, AdapterLayout layout, ReadOnlySpan<float> values) =>
        Add(model, layout, values, -1);

    private static void Add(AdaptableModel model, AdapterLayout layout, ReadOnlySpan<float> values, double sign)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layout);
        if (!layout.Holds.HasFlag(HeldFactors.B) || values.Length != layout.Count)
        {
            throw new ArgumentException(
                $"{values.Length} values; the whole adapter has {layout.Count}.",
                nameof(values)
            );
        }

        var bad = FiniteValues.IndexOfNotFinite(values);
        if (bad >= 0)
        {
            throw new ArgumentException($"values[{bad}] = {values[bad]}; expected a finite number.", nameof(values));
        }

        // All layers are found before any is changed.
        AdaptableLinear[] linears = [.. layout.Tensors.Select(tensor => AdaptedLayer.Find(model, tensor))];
        foreach (var linear in linears.Where(linear => linear.Precision != BasePrecision.Full))
        {
            throw new InvalidAdapterOptionsException(
                $"{linear.Path} is kept in {linear.Precision}: an adapter would be rounded away in it. Load the base model in full precision."
            );
        }

        for (var i = 0; i < linears.Length; i++)
        {
            Add(linears[i], layout, layout.Tensors[i], values, sign);
        }
    }

    private static void Add(
        AdaptableLinear linear,
        AdapterLayout layout,
        AdapterTensor adapted,
        ReadOnlySpan<float> values,
        double sign
    )
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var a = adapted.Holds.HasFlag(HeldFactors.A)
            ? values.Slice((int)adapted.OffsetOfA, adapted.LengthOfA).ToArray()
            : layout.InitialA(adapted);
        var b = layout.WholeB(adapted, values);
        var product = tensor(b, [adapted.OutFeatures, adapted.Rank])
            .to(float64)
            .mm(tensor(a, [adapted.Rank, adapted.InFeatures]).to(float64))
            .Times(sign * adapted.Scale)
            .to(linear.Device);
        var sum = linear.Weight.to(float64).Plus(linear.FanInFanOut ? product.t() : product);
        linear.Weight.copy_(sum.to(ScalarType.Float32));
    }
}
