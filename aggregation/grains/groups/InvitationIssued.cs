namespace Federated.Aggregation.Grains;

/// <summary>A token lets nodes join.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="TokenHash">SHA-256 of the token.</param>
/// <param name="ExpiresAt">From then on it is refused.</param>
/// <param name="MaxNodes">How many nodes may use it.</param>
internal sealed record InvitationIssued(DateTimeOffset At, string TokenHash, DateTimeOffset ExpiresAt, int MaxNodes)
    : GroupEvent(At);
