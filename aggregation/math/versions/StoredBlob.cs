namespace Federated.Aggregation;

/// <summary>A blob that is part of a version: it is kept as long as the version.</summary>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="Length">Their number.</param>
public sealed record StoredBlob(string Digest, long Length);
