namespace Federated.ClientNode;

/// <summary>What was decided about a run, and by whom.</summary>
/// <param name="Answer">The decision.</param>
/// <param name="By">policy | owner.</param>
/// <param name="Reason">Why, for people and for the silo.</param>
/// <param name="At">When, UTC.</param>
internal sealed record OwnerDecision(ConsentAnswer Answer, string By, string Reason, DateTimeOffset At);
