namespace Federated.Aggregation.Grains;

/// <summary>What a node says about an update before its bytes. The node is authenticated by the host.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="RunDigest">The run.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="BaseVersion">The version trained from.</param>
/// <param name="BaseDigest">SHA-256 of its adapter.</param>
/// <param name="UpdateDigest">SHA-256 of the sealed bytes.</param>
/// <param name="Length">Their number.</param>
/// <param name="Attestation">Canonical attestation.</param>
/// <param name="AttestationSignature">The node's signature over it.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.update-offer")]
public sealed record UpdateOffer(
    [property: Id(0)] string NodeId,
    [property: Id(1)] string RunDigest,
    [property: Id(2)] long Epoch,
    [property: Id(3)] long BaseVersion,
    [property: Id(4)] string BaseDigest,
    [property: Id(5)] string UpdateDigest,
    [property: Id(6)] long Length,
    [property: Id(7)] byte[] Attestation,
    [property: Id(8)] byte[] AttestationSignature
);
