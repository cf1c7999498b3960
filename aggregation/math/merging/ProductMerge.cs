using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>Merges by the products B A, layer by layer: svd, stack and fedex. Memory holds the new adapter and one layer of each update, or a few layers where these are small.</summary>
/// <remarks>A layer is merged by itself, and figures and blobs are put together in the layout's order: the bits do not depend on how many are under way.</remarks>
public static class ProductMerge
{
    /// <summary>Of what an svd merge cannot publish, components of up to so many times the layer's rank are carried to the next one.</summary>
    public const int TailRanks = 4;

    // Numbers of double precision of all layers that are under way together, about 256 MB, and what a merge makes of each number that it reads.
    private const long HeldAtOnce = 1 << 25;
    private const int CopiesOfLayer = 4;

    /// <summary>Merges a version's updates into the adapter before it. CPU-bound: run it off any scheduler that must answer.</summary>
    /// <param name="plan">Updates, coefficients and method.</param>
    /// <param name="layout">The run's layout, which holds both factors.</param>
    /// <param name="open">Opens a blob by its digest; the merge closes it.</param>
    /// <param name="cancellation">Checked for each blob of each layer.</param>
    /// <exception cref="InvalidAdapterBlobException">A blob is not what the layout says.</exception>
    /// <exception cref="NonFiniteMergeException">The result does not fit into float32.</exception>
    public static async Task<MergedAdapter> MergeAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(open);
        if (
            layout.Holds != HeldFactors.Both
            || plan.Method is not (MergeMethod.Svd or MergeMethod.Stack or MergeMethod.Fedex)
        )
        {
            throw new ArgumentException($"{plan.Method} over {layout.Holds}: products need both factors", nameof(plan));
        }

        var merged = new MergedAdapter(plan.Version, layout);
        try
        {
            await MergeAsync(plan, layout, open, merged, cancellation).ConfigureAwait(false);
            return merged;
        }
        catch
        {
            merged.Dispose();
            throw;
        }
    }

    private static async Task MergeAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        MergedAdapter merged,
        CancellationToken cancellation
    )
    {
        var kind = plan.Method == MergeMethod.Svd ? ProductsKind.Tail : ProductsKind.Residual;
        var beforeDigest = kind == ProductsKind.Tail ? plan.Tail : plan.Residual;
        await using var before = beforeDigest is null
            ? null
            : await open(beforeDigest, cancellation).ConfigureAwait(false);
        var products = before is null ? null : ProductsReader.Open(before, kind, layout);
        using var after = new MemoryStream();
        ProductsBlob.WriteHeader(after, kind, layout);
        var figures = new MergeFigures(plan);
        var underWay = new Queue<Task<MergedLayer>>();
        await using var layers = new LayerReader(plan, layout, open);
        try
        {
            foreach (var (index, tensor) in layout.Tensors.Index())
            {
                while (underWay.Count >= LayersAtOnce(plan, tensor))
                {
                    Put(await underWay.Dequeue().ConfigureAwait(false));
                }

                var layer = await layers.ReadAsync(index, cancellation).ConfigureAwait(false);
                var beside = products?.Next() ?? LayerProduct.None;
                underWay.Enqueue(Task.Run(() => Merge(plan, layout, tensor, layer, beside), cancellation));
            }

            while (underWay.TryDequeue(out var next))
            {
                Put(await next.ConfigureAwait(false));
            }
        }
        finally
        {
            // After an error: nothing works on in memory that is given back.
            await Task.WhenAll(underWay.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        products?.RequireEnd();
        merged.StepNorm = figures.StepNorm;
        merged.Report = figures.Report();
        if (kind == ProductsKind.Tail)
        {
            merged.Tail = after.ToArray();
        }
        else
        {
            merged.Residual = after.ToArray();
        }

        void Put(MergedLayer layer)
        {
            figures.Add(layer.Figures);
            Write(plan, layer.Tensor, layer.Pair, merged);
            ProductsBlob.WriteLayer(after, layer.Tensor, Finite(plan, layer.Tensor, layer.Product));
        }
    }

    private static int LayersAtOnce(MergePlan plan, AdapterTensor tensor)
    {
        var numbers = (plan.Updates.Count + plan.Bases.Count + 1L) * tensor.Length * CopiesOfLayer;
        return (int)Math.Clamp(HeldAtOnce / Math.Max(1, numbers), 1, Environment.ProcessorCount);
    }

    private static MergedLayer Merge(
        MergePlan plan,
        AdapterLayout layout,
        AdapterTensor tensor,
        LayerMerge layer,
        LayerProduct beside
    )
    {
        var figures = new MergeFigures(plan);
        figures.Add(layer);
        if (plan.Method == MergeMethod.Svd)
        {
            var truncated = layer.Svd(Residuals.PairOf(beside, tensor), TailRanks * tensor.Rank);
            figures.Drop(truncated, Moved(tensor, layer.Previous, truncated.Kept));
            return new(tensor, truncated.Kept, Residuals.Of(tensor, truncated.Tail), figures);
        }

        figures.Move(layer.Change().Norm());
        return plan.Method == MergeMethod.Fedex
            ? new(tensor, layer.Average(), Residuals.Add(tensor, beside, layer.AveragingLoss()), figures)
            // What the old adapter held goes into the residual with the change, and a new one begins, in a subspace of its own.
            : new(
                tensor,
                Fresh(plan, layout.Options.Seed, tensor),
                Residuals.Add(tensor, beside, layer.Exact()),
                figures
            );
    }

    private static double Moved(AdapterTensor tensor, FactorPair from, FactorPair to) =>
        new ProductSum(tensor.OutFeatures, tensor.InFeatures).Add(1, to).Add(-1, from).Norm();

    private static FactorPair Fresh(MergePlan plan, long seed, AdapterTensor tensor)
    {
        var a = FrozenFactor.Create(seed, $"{tensor.Path}@{plan.Version}", tensor.Rank, tensor.InFeatures);
        return FactorPair.FromRows(new float[tensor.LengthOfB], a, tensor.Rank);
    }

    private static void Write(MergePlan plan, AdapterTensor tensor, FactorPair pair, MergedAdapter merged)
    {
        pair.WriteA(merged.Elements.Slice((int)tensor.OffsetOfA, tensor.LengthOfA));
        pair.WriteB(merged.Elements.Slice((int)tensor.OffsetOfB, tensor.LengthOfB));
        var bad = FiniteValues.IndexOfNotFinite(merged.Elements.Slice((int)tensor.Offset, tensor.Length));
        if (bad >= 0)
        {
            throw new NonFiniteMergeException(plan.Version, (int)tensor.Offset + bad);
        }
    }

    private static LayerProduct Finite(MergePlan plan, AdapterTensor tensor, LayerProduct product) =>
        FiniteValues.IndexOfNotFinite(product.A.Span) < 0 && FiniteValues.IndexOfNotFinite(product.B.Span) < 0
            ? product
            : throw new NonFiniteMergeException(plan.Version, (int)tensor.Offset);

    private sealed record MergedLayer(
        AdapterTensor Tensor,
        FactorPair Pair,
        LayerProduct Product,
        MergeFigures Figures
    );
}
