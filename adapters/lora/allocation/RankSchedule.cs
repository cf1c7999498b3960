namespace Federated.Adapters;

/// <summary>
/// How many directions of an adapter are active at each version: all at first, then fewer along a cubic curve, then so many for good
/// (AdaLoRA, Zhang et al. 2023, §3.2, with A frozen). Public, like everything that it is applied to.
/// </summary>
/// <param name="TargetRank">Active directions of a layer at the end, in the mean over the layers; ≥ 1.</param>
/// <param name="From">The last version at which all are active, ≥ 1.</param>
/// <param name="To">The first version at which no more are than in the end, &gt; From.</param>
public sealed record RankSchedule(int TargetRank, long From, long To)
{
    /// <summary>The active directions of a published version.</summary>
    /// <param name="version">Its number.</param>
    /// <param name="layout">The run's layout, with A frozen.</param>
    /// <param name="values">All that the version holds.</param>
    /// <returns>Null: all of them.</returns>
    public ActiveDirections? Of(long version, AdapterLayout layout, ReadOnlySpan<float> values) =>
        version <= From ? null : ActiveDirections.Of(layout, values);

    /// <summary>How many directions a version keeps.</summary>
    /// <param name="version">Its number.</param>
    /// <param name="layout">The run's layout.</param>
    public int CountAt(long version, AdapterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var first = layout.Tensors.Sum(tensor => tensor.Rank);
        var last = Math.Min(first, TargetRank * layout.Tensors.Count);
        var left = 1 - (double)(Math.Clamp(version, From, To) - From) / (To - From);
        return last + (int)Math.Round((first - last) * left * left * left);
    }
}
