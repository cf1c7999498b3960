namespace Federated.Adapters;

/// <summary>How well a model predicts some records, as sums, so that parts add up.</summary>
/// <param name="Nats">Sum of the negative log-likelihoods of all predicted tokens.</param>
/// <param name="Tokens">Number of predicted tokens; of a classifier, of labelled records.</param>
/// <param name="Characters">Number of characters they cover.</param>
/// <param name="Records">Number of records.</param>
public readonly record struct HeldOutLoss(double Nats, long Tokens, long Characters, long Records)
{
    /// <summary>Of a classifier, the records whose likeliest label is the right one; null for a language model.</summary>
    public long? Correct { get; init; }

    /// <summary>Share of the records that a classifier labels rightly, 0 … 1; null for a language model, or without records.</summary>
    public double? Accuracy => Correct is { } correct && Tokens > 0 ? (double)correct / Tokens : null;

    /// <summary>Mean loss of a token; NaN when there is none.</summary>
    public double NatsPerToken => Nats / Tokens;

    /// <summary>Loss of a character, comparable between tokenizers; NaN when there is none.</summary>
    public double NatsPerCharacter => Nats / Characters;

    /// <summary>Loss on both parts together.</summary>
    /// <param name="left">One part.</param>
    /// <param name="right">Another.</param>
    public static HeldOutLoss operator +(HeldOutLoss left, HeldOutLoss right) =>
        new(
            left.Nats + right.Nats,
            left.Tokens + right.Tokens,
            left.Characters + right.Characters,
            left.Records + right.Records
        )
        {
            Correct = left.Correct is null && right.Correct is null ? null : (left.Correct ?? 0) + (right.Correct ?? 0),
        };
}
