using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>What a run's document fixes for coordination. Immutable for the run's life.</summary>
public sealed record RunTerms
{
    /// <summary>SHA-256 of the canonical document, 64 hex digits.</summary>
    public required string RunDigest { get; init; }

    /// <summary>Rises when a backup is restored.</summary>
    public long Epoch { get; init; } = 1;

    /// <summary>Shape of the adapter and of every update.</summary>
    public required AdapterLayout Layout { get; init; }

    /// <summary>How updates travel.</summary>
    public BlobPrecision UpdatePrecision { get; init; } = BlobPrecision.Full;

    /// <summary>Versions until the run is complete. ≥ 1.</summary>
    public required long Versions { get; init; }

    /// <summary>Largest τ that is accepted. ≥ 0.</summary>
    public long MaxStaleness { get; init; }

    /// <summary>A node silent for this long leaves N.</summary>
    public TimeSpan LeaveAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long an update's bytes are kept after its version was published, or the run ended without it.</summary>
    public TimeSpan KeepUpdates { get; init; } = TimeSpan.FromDays(30);

    /// <summary>When versions close.</summary>
    public required ClosePolicy Close { get; init; }

    /// <summary>Participation weights.</summary>
    public ParticipationPolicy Participation { get; init; } = ParticipationPolicy.Default;

    /// <summary>Whether nodes count by what their owners declared (q = declared ÷ all declared) instead of the same (q = 1 ÷ N).</summary>
    public bool WeighsDeclaredRecords { get; init; }

    /// <summary>Late updates.</summary>
    public StalenessPolicy Staleness { get; init; } = StalenessPolicy.Default;

    /// <summary>How updates become a version.</summary>
    public MergeMethod Merge { get; init; } = MergeMethod.Ffa;

    /// <summary>Ranks that versions give up; null = none.</summary>
    public RankSchedule? Ranks { get; init; }

    /// <summary>How the merged pseudo-gradient moves the adapter.</summary>
    public ServerOptimizerRule ServerOptimizer { get; init; } = ServerOptimizerRule.Plain;

    /// <summary>What is done about hostile updates; null = nothing.</summary>
    public RobustRule? Robust { get; init; }

    /// <summary>Which versions are judged on public records; null = none.</summary>
    public EvaluationTerms? Evaluation { get; init; }

    /// <summary>Noise added by the silo; null = none. With it, no figure of a single update is kept or shown.</summary>
    public CentralPrivacy? Central { get; init; }

    /// <summary>What nodes must attest.</summary>
    public required MechanismTerms Mechanism { get; init; }

    /// <summary>The oldest base that is accepted when <paramref name="latestVersion"/> is the newest published one.</summary>
    public long OldestBase(long latestVersion) =>
        Staleness.Method == StalenessMethod.Drop ? latestVersion : Math.Max(0, latestVersion - MaxStaleness);
}
