namespace Federated.Aggregation.Grains;

/// <summary>The node has joined a group.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Group">The group.</param>
/// <param name="PublicKey">DER SubjectPublicKeyInfo.</param>
/// <param name="DisplayName">A name for people.</param>
internal sealed record NodeRegistered(DateTimeOffset At, string Group, byte[] PublicKey, string DisplayName)
    : NodeEvent(At);
