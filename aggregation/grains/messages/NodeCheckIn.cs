using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>A node asks for work.</summary>
/// <param name="Ledger">The head of its privacy ledger.</param>
/// <param name="Wait">How long the answer may be held; more than 25 s is cut.</param>
/// <param name="DeclinedRuns">Runs that it does not want to be offered again.</param>
/// <param name="SoftwareVersion">For people.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.node-check-in")]
public sealed record NodeCheckIn(
    [property: Id(0)] LedgerMark Ledger,
    [property: Id(1)] TimeSpan Wait,
    [property: Id(2)] ImmutableArray<string> DeclinedRuns,
    [property: Id(3)] string SoftwareVersion
);
