namespace Federated.Lab.Demo.Reports;

/// <summary>Held-out loss before and after, as the node measured it on records that it never trained on.</summary>
/// <param name="Records">Held-out records.</param>
/// <param name="Tokens">Predicted tokens.</param>
/// <param name="Chars">Their characters.</param>
/// <param name="NatsBefore">Total loss with the base model.</param>
/// <param name="NatsAfter">Total loss with the last adapter.</param>
internal sealed record HeldOutChange(long Records, long Tokens, long Chars, double NatsBefore, double NatsAfter)
{
    /// <summary>Nats per token with the base model.</summary>
    public double PerTokenBefore => NatsBefore / Tokens;

    /// <summary>Nats per token with the last adapter.</summary>
    public double PerTokenAfter => NatsAfter / Tokens;

    /// <summary>Nats per character with the base model.</summary>
    public double PerCharBefore => NatsBefore / Chars;

    /// <summary>Nats per character with the last adapter.</summary>
    public double PerCharAfter => NatsAfter / Chars;

    /// <summary>All records of all organisations together.</summary>
    public static HeldOutChange Sum(IEnumerable<HeldOutChange> parts) =>
        parts.Aggregate(
            (a, b) =>
                new HeldOutChange(
                    a.Records + b.Records,
                    a.Tokens + b.Tokens,
                    a.Chars + b.Chars,
                    a.NatsBefore + b.NatsBefore,
                    a.NatsAfter + b.NatsAfter
                )
        );
}
