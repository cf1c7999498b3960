namespace Federated.ClientNode;

/// <summary>A version as the silo announces it: what is fetched must be this.</summary>
/// <param name="Number">The version.</param>
/// <param name="Digest">SHA-256 of its adapter.</param>
/// <param name="ResidualDigest">SHA-256 of the frozen products beside it; empty when there are none.</param>
internal sealed record PublishedVersion(long Number, string Digest, string ResidualDigest);
