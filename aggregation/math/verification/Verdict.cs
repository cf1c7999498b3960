namespace Federated.Aggregation;

/// <summary>What the verifier says: one of accepted, repeated, refused; or, before the bytes have come, none of them.</summary>
public sealed record Verdict
{
    private Verdict() { }

    /// <summary>Passed every check; not durable yet.</summary>
    public AcceptedUpdate? Accepted { get; private init; }

    /// <summary>This very update was accepted before: the answer is the same receipt.</summary>
    public AcceptedUpdate? Repeated { get; private init; }

    /// <summary>Refused.</summary>
    public Rejection? Refused { get; private init; }

    /// <summary>Nothing is decided: the bytes may come.</summary>
    public bool GoesOn => Accepted is null && Repeated is null && Refused is null;

    internal static Verdict Proceed { get; } = new();

    internal static Verdict Accept(AcceptedUpdate update) => new() { Accepted = update };

    internal static Verdict Repeat(AcceptedUpdate update) => new() { Repeated = update };

    internal static Verdict Refuse(RejectionReason reason, string message) => new() { Refused = new(reason, message) };
}
