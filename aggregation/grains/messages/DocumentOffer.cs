namespace Federated.Aggregation.Grains;

/// <summary>A run that the node may take part in and has not answered.</summary>
/// <param name="RunDigest">The run.</param>
/// <param name="Document">The canonical document; its SHA-256 is the digest.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.document-offer")]
public sealed record DocumentOffer([property: Id(0)] string RunDigest, [property: Id(1)] byte[] Document);
