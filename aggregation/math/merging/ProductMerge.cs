using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>Merges by the products B A, layer by layer: svd, stack and fedex. Memory holds the new adapter and one layer of each update.</summary>
public static class ProductMerge
{
    /// <summary>Of what an svd merge cannot publish, components of up to so many times the layer's rank are carried to the next one.</summary>
    public const int TailRanks = 4;

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
        Func<string, CancellationToken, Task<Stream>> open,
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
        Func<string, CancellationToken, Task<Stream>> open,
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
        await using var layers = new LayerReader(plan, layout, open);
        for (var index = 0; index < layout.Tensors.Count; index++)
        {
            var layer = await layers.ReadAsync(index, cancellation).ConfigureAwait(false);
            figures.Add(layer);
            var beside = products?.Next() ?? LayerProduct.None;
            var (pair, product) = Merge(plan, layout, index, layer, beside, figures);
            Write(plan, layout.Tensors[index], pair, merged);
            ProductsBlob.WriteLayer(after, layout.Tensors[index], Finite(plan, layout.Tensors[index], product));
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
    }

    private static (FactorPair Pair, LayerProduct Product) Merge(
        MergePlan plan,
        AdapterLayout layout,
        int index,
        LayerMerge layer,
        LayerProduct beside,
        MergeFigures figures
    )
    {
        var tensor = layout.Tensors[index];
        if (plan.Method == MergeMethod.Svd)
        {
            var truncated = layer.Svd(Residuals.PairOf(beside, tensor), TailRanks * tensor.Rank);
            figures.Drop(truncated, Moved(tensor, layer.Previous, truncated.Kept));
            return (truncated.Kept, Residuals.Of(tensor, truncated.Tail));
        }

        figures.Move(layer.Change().Norm());
        return plan.Method == MergeMethod.Fedex
            ? (layer.Average(), Residuals.Add(tensor, beside, layer.AveragingLoss()))
            // What the old adapter held goes into the residual with the change, and a new one begins, in a subspace of its own.
            : (Fresh(plan, layout.Options.Seed, tensor), Residuals.Add(tensor, beside, layer.Exact()));
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
}
