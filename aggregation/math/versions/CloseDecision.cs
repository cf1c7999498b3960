namespace Federated.Aggregation;

/// <summary>The close rule's answer for one moment.</summary>
/// <param name="Action">What to do.</param>
/// <param name="At">Wait: when to ask again, null = at the next event. Extend: the new deadline.</param>
/// <param name="Because">Why, in words for an operator.</param>
public readonly record struct CloseDecision(CloseAction Action, DateTimeOffset? At, string Because);
