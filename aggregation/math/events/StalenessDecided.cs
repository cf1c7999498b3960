namespace Federated.Aggregation;

/// <summary>How each frozen update is merged. Replay reads this and decides nothing again.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Version">The closed version.</param>
/// <param name="Decisions">One for each frozen update, in merge order.</param>
public sealed record StalenessDecided(DateTimeOffset At, long Version, IReadOnlyList<StalenessDecision> Decisions)
    : RunEvent(At);
