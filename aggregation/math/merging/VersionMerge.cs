using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>The merge of a version by any method: a pure function of the plan and the blobs that it names.</summary>
public static class VersionMerge
{
    /// <summary>Merges. CPU-bound: run it off any scheduler that must answer.</summary>
    /// <param name="plan">Updates, coefficients and method.</param>
    /// <param name="layout">The run's layout.</param>
    /// <param name="open">Opens a blob by its digest; the merge closes it.</param>
    /// <param name="cancellation">Stops between blocks.</param>
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
        if (plan.Central is not null)
        {
            throw new ArgumentException(
                "a merge with noise is no function of its plan; use CentralMerge",
                nameof(plan)
            );
        }

        var merged = await MergeRobustlyAsync(plan, layout, open, cancellation).ConfigureAwait(false);
        try
        {
            await RankPruning.ApplyAsync(plan, layout, open, merged, cancellation).ConfigureAwait(false);
            return merged;
        }
        catch
        {
            merged.Dispose();
            throw;
        }
    }

    private static async Task<MergedAdapter> MergeRobustlyAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CancellationToken cancellation
    )
    {
        switch (plan.Robust)
        {
            case { IsOrderStatistic: true }:
                var (median, nodes) = await OrderStatisticMerge
                    .MergeAsync(plan, layout, open, cancellation)
                    .ConfigureAwait(false);
                median.Report = median.Report with { Nodes = nodes };
                return median;
            case { IsByDistance: true }:
                var (weighed, findings) = await RobustWeighing
                    .WeighAsync(plan, layout, open, cancellation)
                    .ConfigureAwait(false);
                var robust = await MergeWeighedAsync(weighed, layout, open, cancellation).ConfigureAwait(false);
                robust.Report = robust.Report with { Nodes = findings };
                return robust;
            default:
                return await MergeWeighedAsync(plan, layout, open, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<MergedAdapter> MergeWeighedAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CancellationToken cancellation
    )
    {
        if (plan.Method is MergeMethod.Svd or MergeMethod.Stack or MergeMethod.Fedex)
        {
            return await ProductMerge.MergeAsync(plan, layout, open, cancellation).ConfigureAwait(false);
        }

        var merged = await LinearMerge.MergeAsync(plan, layout, open, cancellation).ConfigureAwait(false);
        try
        {
            merged.Report = await ReportAsync(plan, layout, open, cancellation).ConfigureAwait(false);
            return merged;
        }
        catch
        {
            merged.Dispose();
            throw;
        }
    }

    // With A frozen nothing is lost, and an update's norm is that of its product. Otherwise the layers are read once more, to be measured.
    private static async Task<MergeReport> ReportAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CancellationToken cancellation
    )
    {
        if (plan.Method == MergeMethod.Ffa)
        {
            return new(MergeMethod.Ffa, 0, 0, 0, null);
        }

        var figures = new MergeFigures(plan);
        await using var layers = new LayerReader(plan, layout, open);
        for (var index = 0; index < layout.Tensors.Count; index++)
        {
            figures.Add(await layers.ReadAsync(index, cancellation).ConfigureAwait(false));
        }

        return figures.Report();
    }
}
