namespace Federated.Aggregation.Grains;

/// <summary>Receipt, refusal, or, before the bytes have come, neither: send them.</summary>
/// <param name="Receipt">The update is durable and will be counted once.</param>
/// <param name="Refused">Why not.</param>
/// <param name="Owner">Who has the bytes alone (<see cref="BlobNames"/>): the run, if it has to delete them before others would; null = they are shared.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.upload-answer")]
public sealed record UploadAnswer(
    [property: Id(0)] UnsignedReceipt? Receipt,
    [property: Id(1)] Refused? Refused,
    [property: Id(2)] string? Owner = null
);
