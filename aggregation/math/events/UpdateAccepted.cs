namespace Federated.Aggregation;

/// <summary>An update is durable and will be counted once, in the version that was open. The receipt follows this event.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Update">The update.</param>
/// <param name="Attestation">The owner's claim, canonical bytes: evidence.</param>
/// <param name="Signature">The node's signature over it.</param>
public sealed record UpdateAccepted(DateTimeOffset At, AcceptedUpdate Update, byte[] Attestation, byte[] Signature)
    : RunEvent(At);
