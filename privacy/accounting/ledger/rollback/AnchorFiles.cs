namespace Federated.Privacy.Accounting;

/// <summary>The files, in another place than the ledger, that tell when an older copy of it was put back.</summary>
/// <param name="Local">Keeps the highest head that was written here; made durable after each entry.</param>
/// <param name="Confirmed">Keeps the highest head that a silo has shown to know, countersigned or claimed.</param>
public sealed record AnchorFiles(string Local, string Confirmed);
