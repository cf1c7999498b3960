using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>How two adapters differ in one layer.</summary>
/// <param name="Path">The base layer's path.</param>
/// <param name="FirstNorm">‖ΔW‖_F in the first; 0 where it does not change the layer.</param>
/// <param name="SecondNorm">‖ΔW‖_F in the second.</param>
/// <param name="Distance">‖ΔW₁ − ΔW₂‖_F.</param>
public sealed record LayerDifference(string Path, double FirstNorm, double SecondNorm, double Distance)
{
    /// <summary>⟨ΔW₁, ΔW₂⟩ ÷ (‖ΔW₁‖ ‖ΔW₂‖), −1 … 1; 0 where one changes nothing.</summary>
    public double Cosine =>
        FirstNorm == 0 || SecondNorm == 0
            ? 0
            : Math.Clamp(
                ((FirstNorm * FirstNorm) + (SecondNorm * SecondNorm) - (Distance * Distance))
                    / (2 * FirstNorm * SecondNorm),
                -1,
                1
            );

    /// <summary>Compares two adapters layer by layer, by what they do to the model and not by their factors.</summary>
    /// <param name="first">An adapter.</param>
    /// <param name="second">Another; it may change other layers.</param>
    /// <exception cref="AdapterMergeException">A layer has another shape.</exception>
    public static IReadOnlyList<LayerDifference> Between(PeftAdapter first, PeftAdapter second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var (left, right) = (ByPath(first), ByPath(second));
        return
        [
            .. left
                .Keys.Union(right.Keys)
                .Order(StringComparer.Ordinal)
                .Select(path => Of(path, left.GetValueOrDefault(path), right.GetValueOrDefault(path))),
        ];
    }

    private static LayerDifference Of(string path, PeftLayer? first, PeftLayer? second)
    {
        var like = first ?? second!;
        if (second is not null && (second.OutFeatures, second.InFeatures) != (like.OutFeatures, like.InFeatures))
        {
            throw new AdapterMergeException(
                $"{path} is {like.OutFeatures} × {like.InFeatures} in the first adapter and {second.OutFeatures} × {second.InFeatures} in the second; compare adapters of one model"
            );
        }

        var difference = new ProductSum(like.OutFeatures, like.InFeatures);
        Add(difference, first, 1);
        Add(difference, second, -1);
        return new(path, Norm(first), Norm(second), difference.Norm());
    }

    private static void Add(ProductSum sum, PeftLayer? layer, double sign)
    {
        if (layer is not null)
        {
            sum.Add(sign * layer.Scale, AdapterLayers.PairOf(layer, 1));
        }
    }

    private static double Norm(PeftLayer? layer) => layer is null ? 0 : AdapterLayers.SumOf(layer).Norm();

    private static Dictionary<string, PeftLayer> ByPath(PeftAdapter adapter) =>
        adapter.Layers.ToDictionary(layer => layer.Path);
}
