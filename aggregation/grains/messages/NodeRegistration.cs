namespace Federated.Aggregation.Grains;

/// <summary>What a node grain keeps of its node.</summary>
/// <param name="Group">The group it has joined.</param>
/// <param name="PublicKey">DER SubjectPublicKeyInfo.</param>
/// <param name="DisplayName">A name for people.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.node-registration")]
public sealed record NodeRegistration(
    [property: Id(0)] string Group,
    [property: Id(1)] byte[] PublicKey,
    [property: Id(2)] string DisplayName
);
