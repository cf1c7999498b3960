namespace Federated.Privacy.Accounting;

/// <summary>The budget of another source in the same account; it binds as well.</summary>
/// <param name="Source">The owner's name for the data.</param>
/// <param name="Budget">As its last plan gave it.</param>
public sealed record LinkedBudget(string Source, PrivacyBudget Budget);
