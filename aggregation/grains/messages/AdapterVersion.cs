namespace Federated.Aggregation.Grains;

/// <summary>A published adapter.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Digest">SHA-256 of the blob.</param>
/// <param name="Length">Bytes of the blob.</param>
/// <param name="ResidualDigest">SHA-256 of the frozen products beside it; null = none.</param>
/// <param name="ResidualLength">Their bytes.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.adapter-version")]
public sealed record AdapterVersion(
    [property: Id(0)] long Version,
    [property: Id(1)] string Digest,
    [property: Id(2)] long Length,
    [property: Id(3)] string? ResidualDigest,
    [property: Id(4)] long ResidualLength
);
