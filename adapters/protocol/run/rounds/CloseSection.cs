namespace Federated.Protocol;

/// <summary>Either cohort, quorum, deadline and grace, or buffer and deadline.</summary>
public sealed record CloseSection
{
    /// <summary>Close at once when this many distinct nodes have reported. ≥ 1, or null.</summary>
    public int? Cohort { get; init; }

    /// <summary>Distinct nodes without which the version does not close. ≥ 1, or null (then the cohort).</summary>
    public int? Quorum { get; init; }

    /// <summary>Close after this many updates (buffered asynchronous training). ≥ 1, or null.</summary>
    public int? Buffer { get; init; }

    /// <summary>Time from opening to the deadline.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Further wait after the quorum, or after the deadline, whichever ends the wait.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.Zero;

    /// <summary>extend | pause | fail.</summary>
    public string OnMissedQuorum { get; init; } = "extend";
}
