namespace Federated.Privacy.Accounting;

/// <summary>What one source has spent. Two numbers, since they answer different questions.</summary>
/// <param name="Source">The owner's name for the data.</param>
/// <param name="ReservedEpsilon">ε charged for whole plans (basic composition over runs). It holds however anyone stops.</param>
/// <param name="ReservedDelta">δ charged for whole plans.</param>
/// <param name="EpsilonOfStepsDone">ε of the sealed steps alone: valid only if every run was stopped by a rule fixed beforehand.</param>
/// <param name="StepsReserved">Steps of all open or used plans.</param>
/// <param name="StepsDone">Steps sealed so far.</param>
/// <param name="Budget">The budget of the latest reservation; null if there was none.</param>
/// <param name="IsPrivate">False once anything was sealed under a plan without a guarantee: then no ε holds for this source.</param>
public sealed record SourceStatus(
    string Source,
    double ReservedEpsilon,
    double ReservedDelta,
    double EpsilonOfStepsDone,
    long StepsReserved,
    long StepsDone,
    PrivacyBudget? Budget,
    bool IsPrivate
);
