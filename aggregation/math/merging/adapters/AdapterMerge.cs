using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>Merges whole adapters, as PEFT files hold them, by the code that merges a run's updates: Σ w_i s_i B_i A_i in every layer.</summary>
public static class AdapterMerge
{
    /// <summary>Merges adapters of one base model.</summary>
    /// <param name="adapters">The adapters; all change the same layers.</param>
    /// <param name="weights">One for each, any finite numbers; they need not sum to one.</param>
    /// <param name="method">svd | stack | average | ffa.</param>
    /// <param name="rank">Largest rank of the result: what the other methods give is cut to it as svd is; null = the largest rank that a layer has (svd), or no cut.</param>
    /// <returns>The merged adapter and what the merge did.</returns>
    /// <exception cref="AdapterMergeException">The adapters, weights or rank do not fit together; the message says how and what to do.</exception>
    public static MergedPeft Merge(
        IReadOnlyList<PeftAdapter> adapters,
        IReadOnlyList<double> weights,
        MergeMethod method,
        int? rank = null
    )
    {
        ArgumentNullException.ThrowIfNull(adapters);
        ArgumentNullException.ThrowIfNull(weights);
        AdapterMergeChecks.Require(adapters, weights, method, rank);
        if (rank is { } most && method != MergeMethod.Svd)
        {
            return Cut(adapters, weights, Merge(adapters, weights, method), most);
        }

        var layers = adapters[0].Layers.Select(layer => Layer(adapters, weights, method, rank, layer.Path)).ToList();
        return new(
            adapters[0] with
            {
                Layers = [.. layers.Select(layer => layer.Merged)],
                IsPrivate = adapters.All(adapter => adapter.IsPrivate),
            },
            method,
            weights.Sum(),
            Norm(layers.Select(layer => layer.Exact)),
            Norm(layers.Select(layer => layer.Dropped)),
            Norm(layers.Select(layer => layer.AveragingLoss ?? 0)) is var loss
            && layers.TrueForAll(layer => layer.AveragingLoss is not null)
                ? loss
                : null
        );
    }

    /// <summary>The best adapter of a rank.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="rank">r ≥ 1; layers of a smaller rank stay as they are.</param>
    public static MergedPeft Truncate(PeftAdapter adapter, int rank) => Merge([adapter], [1], MergeMethod.Svd, rank);

    // What was exact so far leaves out what the cut leaves out. An average was not, and the two errors need not be at right angles: its distance is taken.
    private static MergedPeft Cut(
        IReadOnlyList<PeftAdapter> adapters,
        IReadOnlyList<double> weights,
        MergedPeft merged,
        int rank
    )
    {
        if (merged.Adapter.Layers.All(layer => layer.Rank <= rank))
        {
            return merged;
        }

        var cut = Truncate(merged.Adapter, rank);
        return merged with
        {
            Adapter = cut.Adapter,
            DroppedTail =
                merged.Method == MergeMethod.Average ? Distance(adapters, weights, cut.Adapter) : cut.DroppedTail,
        };
    }

    // ‖Σ w ΔW − ΔW of the result‖.
    private static double Distance(
        IReadOnlyList<PeftAdapter> adapters,
        IReadOnlyList<double> weights,
        PeftAdapter result
    ) =>
        Norm(
            result.Layers.Select(layer =>
            {
                var difference = AdapterLayers.SumOf(layer with { Scale = -layer.Scale });
                foreach (var (adapter, weight) in adapters.Zip(weights))
                {
                    var part = adapter.Layers.First(other => other.Path == layer.Path);
                    difference.Add(weight * part.Scale, AdapterLayers.PairOf(part, 1));
                }

                return difference.Norm();
            })
        );

    private static MergedLayer Layer(
        IReadOnlyList<PeftAdapter> adapters,
        IReadOnlyList<double> weights,
        MergeMethod method,
        int? wanted,
        string path
    )
    {
        PeftLayer[] parts = [.. adapters.Select(adapter => adapter.Layers.First(layer => layer.Path == path))];
        var (first, scale) = (parts[0], parts[0].Scale);
        var rank = method == MergeMethod.Svd ? wanted ?? parts.Max(part => part.Rank) : first.Rank;
        var zero = FactorPair.Zero(first.OutFeatures, Math.Min(rank, parts.Sum(part => part.Rank)), first.InFeatures);
        var merge = new LayerMerge(
            zero,
            [
                .. parts.Select(
                    (part, i) => new LayerUpdate(weights[i], zero, AdapterLayers.PairOf(part, part.Scale / scale))
                ),
            ]
        );
        double? loss =
            parts.All(part => part.Rank == first.Rank && part.Scale == scale) && zero.Rank == first.Rank
                ? merge.AveragingLoss().Norm() * scale
                : null;
        var exact = merge.Change();
        if (method is MergeMethod.Average or MergeMethod.Ffa)
        {
            // One A for all: averaging the Bs beside it leaves nothing out.
            var pair =
                method == MergeMethod.Average
                    ? merge.Average()
                    : new FactorPair(merge.Average().B, AdapterLayers.PairOf(first, 1).A);
            return new(
                AdapterLayers.Of(first, pair),
                exact.Norm() * scale,
                method == MergeMethod.Ffa ? 0 : loss!.Value,
                loss
            );
        }

        if (method == MergeMethod.Stack)
        {
            return new(AdapterLayers.Of(first, exact.Stack()), exact.Norm() * scale, 0, loss);
        }

        var truncated = exact.Truncate(zero.Rank);
        return new(
            AdapterLayers.Of(first, truncated.Kept),
            Norm(truncated.SingularValues) * scale,
            truncated.DroppedTail * scale,
            loss
        );
    }

    private static double Norm(IEnumerable<double> parts) => Math.Sqrt(parts.Sum(part => part * part));

    private sealed record MergedLayer(PeftLayer Merged, double Exact, double Dropped, double? AveragingLoss);
}
