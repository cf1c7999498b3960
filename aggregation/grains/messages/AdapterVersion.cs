namespace Federated.Aggregation.Grains;

/// <summary>A published adapter.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Digest">SHA-256 of the blob.</param>
/// <param name="Length">Bytes of the blob.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.adapter-version")]
public sealed record AdapterVersion(
    [property: Id(0)] long Version,
    [property: Id(1)] string Digest,
    [property: Id(2)] long Length
);
