namespace Federated.Aggregation;

/// <summary>An event that cannot follow the run's state: a caller's bug, or a journal that two writers have mixed.</summary>
public sealed class InvalidTransitionException(RunPhase phase, string kind, string because)
    : Exception($"{kind} cannot follow phase {phase}: {because}");
