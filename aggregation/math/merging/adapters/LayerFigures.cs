using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>One layer of an adapter in numbers.</summary>
/// <param name="Path">The base layer's path.</param>
/// <param name="OutFeatures">Rows of ΔW.</param>
/// <param name="InFeatures">Columns of ΔW.</param>
/// <param name="Rank">r.</param>
/// <param name="Scale">The factor on B A.</param>
/// <param name="Norm">‖ΔW‖_F.</param>
/// <param name="SingularValues">σ of ΔW, descending, the r largest.</param>
public sealed record LayerFigures(
    string Path,
    int OutFeatures,
    int InFeatures,
    int Rank,
    double Scale,
    double Norm,
    IReadOnlyList<double> SingularValues
)
{
    /// <summary>‖ΔW‖_F² ÷ σ₁²: how many directions carry the change. 0 of a layer that changes nothing.</summary>
    public double StableRank => Norm == 0 ? 0 : Math.Pow(Norm / SingularValues[0], 2);

    /// <summary>Measures each layer of an adapter.</summary>
    /// <param name="adapter">The adapter.</param>
    public static IReadOnlyList<LayerFigures> Of(PeftAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return [.. adapter.Layers.Select(Of)];
    }

    private static LayerFigures Of(PeftLayer layer)
    {
        var sigma = AdapterLayers.SumOf(layer).Truncate(1).SingularValues;
        return new(
            layer.Path,
            layer.OutFeatures,
            layer.InFeatures,
            layer.Rank,
            layer.Scale,
            Math.Sqrt(sigma.Sum(value => value * value)),
            // B = 0, as an adapter begins: a product without any component.
            sigma.Count == 0
                ? [0]
                : [.. sigma.Take(layer.Rank)]
        );
    }
}
