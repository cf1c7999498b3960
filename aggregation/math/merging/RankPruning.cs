using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>
/// Takes from a merged adapter the directions that its version gives up, and whatever late updates of wider versions have put into those that were given up before.
/// </summary>
internal static class RankPruning
{
    /// <summary>Changes a merged adapter in place, where its plan has a schedule.</summary>
    /// <param name="plan">The plan that was merged.</param>
    /// <param name="layout">The run's layout, with A frozen.</param>
    /// <param name="open">Opens a blob by its digest; it is closed here.</param>
    /// <param name="merged">What the merge made.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task ApplyAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        MergedAdapter merged,
        CancellationToken cancellation
    )
    {
        if (plan.Ranks is not { } ranks || plan.Version <= ranks.From)
        {
            return;
        }

        var active = ActiveDirections.Of(layout, merged.Values);
        if (plan.Version - 1 > ranks.From)
        {
            await using var before = await open(plan.PreviousDigest, cancellation).ConfigureAwait(false);
            active = ActiveDirections.Of(layout, AdapterBlob.Read(before, layout, AdapterBlobKind.Adapter));
        }

        active = active.Strongest(merged.Values, ranks.CountAt(plan.Version, layout));
        active.Project(merged.Elements);
        merged.Report = merged.Report with { ActiveRanks = active.Counts };
    }
}
