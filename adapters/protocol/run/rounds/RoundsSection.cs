namespace Federated.Protocol;

/// <summary>How many versions, when each closes, and which bases are still welcome.</summary>
public sealed record RoundsSection
{
    /// <summary>Merges until the run is complete. ≥ 1.</summary>
    public int Versions { get; init; } = 20;

    /// <summary>When the open version is merged.</summary>
    public required CloseSection Close { get; init; }

    /// <summary>Oldest base an update may have, in versions. ≥ 0.</summary>
    public int MaxStaleness { get; init; } = 50;

    /// <summary>A node silent for this long leaves N.</summary>
    public TimeSpan LeaveAfter { get; init; } = TimeSpan.FromHours(24);
}
