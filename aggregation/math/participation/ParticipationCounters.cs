namespace Federated.Aggregation;

/// <summary>
/// What FedAU remembers of one node: three integers, whatever the age of the run (Wang &amp; Ji 2024, Algorithm 2).
/// </summary>
/// <remarks>
/// A participation interval is the number of versions from one participation (or from admission) to the next one. The weight is the
/// mean of the recorded intervals: an on-line estimate of 1 ÷ p. The interval that ends with version t counts from version t + 1 on, so that
/// the weight of t does not depend on the participation in t. Counters are brought up to date from version numbers when they are needed,
/// so the cost of a version is that of its participants, not of all registered nodes.
/// </remarks>
/// <param name="RecordedVersions">Versions covered by the recorded intervals. ≥ 0.</param>
/// <param name="Intervals">Number of recorded intervals. ≥ 0.</param>
/// <param name="OpenInterval">Versions since the last recorded interval, none of them with this node. ≥ 0.</param>
/// <param name="CountedTo">All versions before this one are counted.</param>
public readonly record struct ParticipationCounters(
    long RecordedVersions,
    long Intervals,
    long OpenInterval,
    long CountedTo
)
{
    /// <summary>The newest intervals, when only they make the weight; null = all of them, as in the paper.</summary>
    public RecentIntervals? Recent { get; init; }

    /// <summary>The weight ω: mean recorded interval, 1 before the first one.</summary>
    public double Weight =>
        Intervals == 0 ? 1.0
        : Recent is { } recent ? recent.Mean
        : (double)RecordedVersions / Intervals;

    /// <summary>Counters of a node that is admitted while <paramref name="version"/> is open: counting starts with it.</summary>
    /// <param name="version">The open version.</param>
    /// <param name="window">How many of the newest intervals make the weight; null = all.</param>
    public static ParticipationCounters AdmittedAt(long version, int? window = null) =>
        new(0, 0, 0, version) { Recent = window is { } size ? RecentIntervals.Of(size) : null };

    /// <summary>Counts the versions before <paramref name="version"/> as missed.</summary>
    /// <param name="version">The version whose weight is wanted; at least <see cref="CountedTo"/>.</param>
    /// <param name="cutoff">K: an open interval is recorded when it reaches this length. ≥ 1; null = never.</param>
    /// <exception cref="ArgumentOutOfRangeException">The version is already counted, or the cutoff is below 1.</exception>
    public ParticipationCounters AdvanceTo(long version, long? cutoff)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, CountedTo);
        ArgumentOutOfRangeException.ThrowIfLessThan(cutoff ?? 1, 1, nameof(cutoff));
        var open = OpenInterval + (version - CountedTo);
        var full = cutoff is { } length ? open / length : 0;
        var covered = full * (cutoff ?? 0);
        return new(RecordedVersions + covered, Intervals + full, open - covered, version)
        {
            Recent = full > 0 ? Recent?.With(cutoff!.Value, full) : Recent,
        };
    }

    /// <summary>Records the participation in <paramref name="version"/>: it ends the open interval.</summary>
    /// <param name="version">At least <see cref="CountedTo"/>.</param>
    /// <param name="cutoff">K, as in <see cref="AdvanceTo"/>.</param>
    public ParticipationCounters Participate(long version, long? cutoff)
    {
        ParticipationCounters before = AdvanceTo(version, cutoff);
        var interval = before.OpenInterval + 1;
        return new(before.RecordedVersions + interval, before.Intervals + 1, 0, version + 1)
        {
            Recent = before.Recent?.With(interval, 1),
        };
    }

    /// <summary>
    /// Starts counting again for a node that was suspended or had left: recorded intervals stay, the open one is dropped,
    /// and the absence is no interval.
    /// </summary>
    /// <param name="version">The version that is open at the return; at least <see cref="CountedTo"/>.</param>
    public ParticipationCounters ReturnAt(long version)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, CountedTo);
        return this with { OpenInterval = 0, CountedTo = version };
    }
}
