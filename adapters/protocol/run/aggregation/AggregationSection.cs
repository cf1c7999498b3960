namespace Federated.Protocol;

/// <summary>Weights, staleness, merge, robust rule and server optimizer.</summary>
public sealed record AggregationSection
{
    /// <summary>Participation weights.</summary>
    public ParticipationSection Participation { get; init; } = new();

    /// <summary>
    /// What each node stands for in the run's objective. uniform: the same. declared: its owner's coarse public number of records (or subjects), which every
    /// node of the run tells the silo, and with it its sampling rate.
    /// </summary>
    public string Weights { get; init; } = "uniform";

    /// <summary>
    /// ffa: exact, for adapter.factors b. alternating: exact, for alternating. For ab: svd (the best product of the rank), fedex and stack (exact, with a residual
    /// beside the adapter) or average (each factor apart).
    /// </summary>
    public string Merge { get; init; } = "ffa";

    /// <summary>Correction of late updates.</summary>
    public StalenessSection Staleness { get; init; } = new();

    /// <summary>Applied to the merged pseudo-gradient.</summary>
    public ServerOptimizerSection ServerOptimizer { get; init; } = new();

    /// <summary>What hostile or broken updates can do at most; null = what <see cref="RobustSection.Of"/> says. method: none = nothing is done, as in the papers.</summary>
    public RobustSection? Robust { get; init; }

    /// <summary>Noise added by the silo; null = none.</summary>
    public CentralPrivacySection? CentralPrivacy { get; init; }
}
