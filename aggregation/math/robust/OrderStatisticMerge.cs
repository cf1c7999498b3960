using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>
/// x ← x + step(Σ C · rule({x_n})) with a median or trimmed mean of each coordinate over the nodes, by one vote each or by weight. Only over a frozen A: coordinates of factors that
/// nodes turn apart have nothing to do with each other.
/// </summary>
/// <remarks>Memory is one block of every update, whatever the size of the adapter; each blob is read once.</remarks>
internal static class OrderStatisticMerge
{
    private const int TileLength = 1 << 12;

    /// <summary>Merges a version's updates into the adapter before it.</summary>
    public static async Task<(MergedAdapter Merged, IReadOnlyList<NodeFinding> Findings)> MergeAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CancellationToken cancellation
    )
    {
        var candidates = new Candidates(plan);
        var optimizer = await ServerOptimizer
            .BeginAsync(plan, (int)layout.Count, open, cancellation)
            .ConfigureAwait(false);
        var merged = new MergedAdapter(plan.Version, layout);
        try
        {
            var distances = new double[candidates.Nodes.Count];
            var squares = await StepAsync(plan, layout, open, candidates, optimizer, merged, distances, cancellation)
                .ConfigureAwait(false);
            merged.StepNorm = Math.Sqrt(squares);
            merged.OptimizerState = optimizer.State?.ToBytes();
            return (merged, NodeFinding.Of(candidates.Nodes, [.. distances.Select(Math.Sqrt)], null));
        }
        catch
        {
            merged.Dispose();
            throw;
        }
    }

    private static async Task<double> StepAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        Candidates candidates,
        ServerOptimizer optimizer,
        MergedAdapter merged,
        double[] distances,
        CancellationToken cancellation
    )
    {
        await using var before = new BlobSet([new(plan.PreviousDigest, layout, AdapterBlobKind.Adapter)], open);
        await using var blobs = new BlobSet(
            [.. plan.Updates.Select(update => new BlobSource(update.Digest, layout, AdapterBlobKind.Update))],
            open
        );
        var length = UpdateProducts.BlockLength(blobs, layout.Count);
        var blocks = plan.Updates.Select(_ => new float[length]).ToArray();
        var start = new float[length];
        var sum = new double[length];
        var squares = 0.0;
        for (var offset = 0; offset < layout.Count; offset += length)
        {
            var count = (int)Math.Min(length, layout.Count - offset);
            for (var i = 0; i < blocks.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                await blobs.ReadAsync(i, offset, blocks[i].AsMemory(0, count), cancellation).ConfigureAwait(false);
            }

            Combine(plan.Robust!, candidates, blocks, sum, count, distances);
            await before.ReadAsync(0, offset, start.AsMemory(0, count), cancellation).ConfigureAwait(false);
            var values = merged.Elements.Slice(offset, count);
            start.AsSpan(0, count).CopyTo(values);
            squares += optimizer.Step(values, sum.AsSpan(0, count), offset);
        }

        return squares;
    }

    private static void Combine(
        RobustRule rule,
        Candidates candidates,
        float[][] blocks,
        double[] sum,
        int count,
        double[] distances
    )
    {
        // A tile has one thread, and the tiles' distances are added in order: the same bits on any number of threads.
        var tiles = new double[(count + TileLength - 1) / TileLength][];
        Parallel.For(
            0,
            tiles.Length,
            tile =>
            {
                var from = tile * TileLength;
                var part = sum.AsSpan(from, Math.Min(TileLength, count - from));
                tiles[tile] = CombineTile(rule, candidates, blocks, from, part);
            }
        );
        foreach (var tile in tiles)
        {
            for (var node = 0; node < distances.Length; node++)
            {
                distances[node] += tile[node];
            }
        }
    }

    // Returns the squared distances of the nodes from the result.
    private static double[] CombineTile(
        RobustRule rule,
        Candidates candidates,
        float[][] blocks,
        int from,
        Span<double> sum
    )
    {
        var total = candidates.TotalWeight;
        var values = new double[candidates.Nodes.Count];
        var (sorted, weights) = (new double[values.Length], new double[values.Length]);
        var distances = new double[values.Length];
        for (var j = 0; j < sum.Length; j++)
        {
            for (var node = 0; node < values.Length; node++)
            {
                values[node] = 0;
                foreach (var (vector, factor) in candidates.Parts[node])
                {
                    values[node] += factor * blocks[vector][from + j];
                }
            }

            values.CopyTo(sorted, 0);
            candidates.Weights.CopyTo(weights, 0);
            var middle = rule switch
            {
                { Method: RobustMethod.Median, IsWeighted: false } => CoordinateRules.Median(sorted),
                { Method: RobustMethod.Median } => CoordinateRules.WeightedMedian(sorted, weights),
                { IsWeighted: false } => CoordinateRules.TrimmedMean(sorted, rule.Trim),
                _ => CoordinateRules.WeightedTrimmedMean(sorted, weights, rule.Trim),
            };
            sum[j] = total * middle;
            for (var node = 0; node < values.Length; node++)
            {
                distances[node] += (values[node] - middle) * (values[node] - middle);
            }
        }

        return distances;
    }
}
