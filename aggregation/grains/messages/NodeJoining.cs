namespace Federated.Aggregation.Grains;

/// <summary>A machine that presents its key and an invitation. Possession of the key is proven to the host before.</summary>
/// <param name="TokenHash">SHA-256 of the token.</param>
/// <param name="PublicKey">DER SubjectPublicKeyInfo; its SHA-256 is the node id.</param>
/// <param name="DisplayName">A name for people, never an identity.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.node-joining")]
public sealed record NodeJoining(
    [property: Id(0)] string TokenHash,
    [property: Id(1)] byte[] PublicKey,
    [property: Id(2)] string DisplayName
);
