namespace Federated.Silo;

/// <summary>The silo holds a file of A factors.</summary>
/// <param name="Sha256">Its digest, for <c>adapter.initialisation.sha256</c>.</param>
internal sealed record StoredFactors(string Sha256);
