using System.Globalization;
using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>What adapters must have in common to be merged.</summary>
internal static class AdapterMergeChecks
{
    public static void Require(
        IReadOnlyList<PeftAdapter> adapters,
        IReadOnlyList<double> weights,
        MergeMethod method,
        int? rank
    )
    {
        Require(adapters.Count > 0, "no adapter is named; name at least one");
        Require(
            weights.Count == adapters.Count,
            $"{weights.Count} weight(s) for {adapters.Count} adapter(s); write one weight for each"
        );
        foreach (var weight in weights)
        {
            Require(
                double.IsFinite(weight),
                string.Create(CultureInfo.InvariantCulture, $"the weight {weight} is no finite number")
            );
        }

        Require(
            method is MergeMethod.Svd or MergeMethod.Stack or MergeMethod.Average or MergeMethod.Ffa,
            $"{method} merges updates of a run; whole adapters are merged by svd, stack, average or ffa"
        );
        Require(rank is null or > 0, $"rank {rank}; expected 1 or more");
        for (var i = 1; i < adapters.Count; i++)
        {
            SameModel(adapters[0], adapters[i], i);
            SameLayers(adapters[0], adapters[i], i);
            SameFactors(adapters[0], adapters[i], i, method);
        }
    }

    private static void SameModel(PeftAdapter first, PeftAdapter other, int index) =>
        Require(
            first.BaseModelName == other.BaseModelName || first.BaseModelName == "" || other.BaseModelName == "",
            $"adapter 1 is for the base model {first.BaseModelName} and adapter {index + 1} for {other.BaseModelName}; merge adapters of one model"
        );

    private static void SameLayers(PeftAdapter first, PeftAdapter other, int index)
    {
        var shapes = first.Layers.ToDictionary(layer => layer.Path, layer => (layer.OutFeatures, layer.InFeatures));
        foreach (var layer in other.Layers)
        {
            Require(
                shapes.Remove(layer.Path, out var shape),
                $"adapter {index + 1} changes {layer.Path} and adapter 1 does not; merge adapters of the same layers"
            );
            Require(
                shape == (layer.OutFeatures, layer.InFeatures),
                $"{layer.Path} is {shape.OutFeatures} × {shape.InFeatures} in adapter 1 and {layer.OutFeatures} × {layer.InFeatures} in adapter {index + 1}"
            );
        }

        Require(
            shapes.Count == 0,
            $"adapter 1 changes {shapes.Keys.FirstOrDefault()} and adapter {index + 1} does not; merge adapters of the same layers"
        );
    }

    private static void SameFactors(PeftAdapter first, PeftAdapter other, int index, MergeMethod method)
    {
        if (method is MergeMethod.Svd or MergeMethod.Stack)
        {
            return;
        }

        var layers = other.Layers.ToDictionary(layer => layer.Path);
        foreach (var layer in first.Layers)
        {
            var same = layers[layer.Path];
            Require(
                layer.Rank == same.Rank,
                $"{layer.Path} has rank {layer.Rank} in adapter 1 and {same.Rank} in adapter {index + 1}; factors of different ranks cannot be averaged: write --method svd or stack"
            );
            Require(
                layer.Scale == same.Scale,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{layer.Path} has scale {layer.Scale} in adapter 1 and {same.Scale} in adapter {index + 1}; write --method svd or stack"
                )
            );
            Require(
                method != MergeMethod.Ffa || layer.A.Span.SequenceEqual(same.A.Span),
                $"the A factors of {layer.Path} differ between adapters 1 and {index + 1}; ffa needs a frozen A: write --method svd or stack"
            );
        }
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new AdapterMergeException(message);
        }
    }
}
