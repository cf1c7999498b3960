namespace Federated.Aggregation.Grains;

/// <summary>An expected refusal, as it travels to the node.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Message">The field, the value and what was expected.</param>
/// <param name="MayRetry">Whether the same call can succeed later.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.refused")]
public sealed record Refused(
    [property: Id(0)] RejectionReason Reason,
    [property: Id(1)] string Message,
    [property: Id(2)] bool MayRetry
);
