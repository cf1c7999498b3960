namespace Federated.Aggregation;

/// <summary>The open version's list of updates is frozen.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Version">The version.</param>
/// <param name="Updates">The identities of all accepted updates, in merge order.</param>
/// <param name="Because">What closed it, in words.</param>
public sealed record VersionClosed(DateTimeOffset At, long Version, IReadOnlyList<UpdateKey> Updates, string Because)
    : RunEvent(At);
