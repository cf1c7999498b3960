namespace Federated.Aggregation;

/// <summary>
/// The run gives up the bytes of updates that its retention no longer keeps. From here on whoever collects blobs may delete them, at any time and
/// more than once; what was published stays, and can no longer be made again from them.
/// </summary>
/// <param name="At">When, UTC.</param>
/// <param name="Updates">The updates, in merge order.</param>
public sealed record UpdatesSwept(DateTimeOffset At, IReadOnlyList<UpdateKey> Updates) : RunEvent(At);
