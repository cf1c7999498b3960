namespace Federated.Aggregation.Grains;

/// <summary>Exactly one of the answers is set.</summary>
/// <param name="Assignment">Train from this version.</param>
/// <param name="Offer">Judge this document.</param>
/// <param name="Wait">Nothing to do now.</param>
/// <param name="Ended">A run is over.</param>
/// <param name="Refused">The node is not served.</param>
/// <param name="KnownLedger">The highest ledger position that the node had shown before; null when it had shown none.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.check-in-answer")]
public sealed record CheckInAnswer(
    [property: Id(0)] WorkAssignment? Assignment = null,
    [property: Id(1)] DocumentOffer? Offer = null,
    [property: Id(2)] WaitAdvice? Wait = null,
    [property: Id(3)] RunOutcome? Ended = null,
    [property: Id(4)] Refused? Refused = null,
    [property: Id(5)] LedgerMark? KnownLedger = null
);
