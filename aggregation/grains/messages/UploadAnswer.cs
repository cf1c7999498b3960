namespace Federated.Aggregation.Grains;

/// <summary>Receipt, refusal, or, before the bytes have come, neither: send them.</summary>
/// <param name="Receipt">The update is durable and will be counted once.</param>
/// <param name="Refused">Why not.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.upload-answer")]
public sealed record UploadAnswer([property: Id(0)] UnsignedReceipt? Receipt, [property: Id(1)] Refused? Refused);
