namespace Federated.Privacy.Accounting;

/// <summary>A release without a guarantee (no noise, or noise from a seed that others can know). Its ε is infinite.</summary>
public sealed record NonPrivateEvent : PrivacyEvent;
