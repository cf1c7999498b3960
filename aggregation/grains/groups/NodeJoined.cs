namespace Federated.Aggregation.Grains;

/// <summary>A node is a member.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="NodeId">SHA-256 of its key.</param>
/// <param name="PublicKey">DER SubjectPublicKeyInfo.</param>
/// <param name="DisplayName">A name for people.</param>
/// <param name="TokenHash">The invitation it has used.</param>
internal sealed record NodeJoined(
    DateTimeOffset At,
    string NodeId,
    byte[] PublicKey,
    string DisplayName,
    string TokenHash
) : GroupEvent(At);
