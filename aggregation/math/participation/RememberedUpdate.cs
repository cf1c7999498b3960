namespace Federated.Aggregation;

/// <summary>
/// A share of a node's update that was merged last: y = Σ share · Δ over the node's updates in that version. Its blob is merged again by
/// FedVARP and MIFA, so it must not be deleted.
/// </summary>
/// <param name="NodeId">The node.</param>
/// <param name="BaseVersion">The version it was computed from.</param>
/// <param name="Digest">SHA-256 of the bytes that were merged.</param>
/// <param name="Share">Factor for lateness and norm bound ÷ updates of the node in that version. (0, 1].</param>
public sealed record RememberedUpdate(string NodeId, long BaseVersion, string Digest, double Share);
