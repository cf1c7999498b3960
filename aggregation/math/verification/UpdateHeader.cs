namespace Federated.Aggregation;

/// <summary>What a node says about an update before its bytes.</summary>
/// <param name="NodeId">The node, already authenticated.</param>
/// <param name="RunDigest">The run.</param>
/// <param name="Epoch">The run's epoch.</param>
/// <param name="BaseVersion">The version trained from.</param>
/// <param name="BaseDigest">SHA-256 of that version's adapter.</param>
/// <param name="Digest">SHA-256 of the sealed bytes.</param>
/// <param name="Length">Their number.</param>
public sealed record UpdateHeader(
    string NodeId,
    string RunDigest,
    long Epoch,
    long BaseVersion,
    string BaseDigest,
    string Digest,
    long Length
)
{
    /// <summary>The identity inside the run.</summary>
    public UpdateKey Key => new(NodeId, BaseVersion);
}
