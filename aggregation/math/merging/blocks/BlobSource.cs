using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>A blob that a merge reads.</summary>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="Layout">The layout that it must have.</param>
/// <param name="Kind">The kind that it must have.</param>
public sealed record BlobSource(string Digest, AdapterLayout Layout, AdapterBlobKind Kind);
