using Federated.Adapters.Text;

namespace Federated.Adapters;

/// <summary>One record as the model sees it: token ids, and how many characters the predicted ones cover.</summary>
/// <param name="Ids">The ids. The first is context and never predicted.</param>
/// <param name="Characters">UTF-16 code units that the predicted ids cover; for losses per character.</param>
public sealed record TokenSequence(IReadOnlyList<int> Ids, int Characters)
{
    /// <summary>Leading ids that are context and never predicted, ≥ 1.</summary>
    public int ContextIds { get; init; } = 1;

    /// <summary>The record's label, an index into <see cref="Models.IClassifier.LabelNames"/>; null when it has none.</summary>
    public int? Label { get; init; }

    /// <summary>Number of ids that are predicted.</summary>
    public int PredictedTokens => Math.Max(0, Ids.Count - ContextIds);

    /// <summary>Encodes a record by itself: begin and end of text where the tokenizer has them, cut to a length.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="text">The record.</param>
    /// <param name="maxLength">Most ids, ≥ 2; the rest is cut.</param>
    /// <returns>The sequence; a function of this record alone.</returns>
    public static TokenSequence Encode(TextTokenizer tokenizer, string text, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 2);
        var all = tokenizer.Encode(text, addBos: true, addEos: true);
        if (all.Count == 0)
        {
            return new TokenSequence([], 0);
        }

        var ids = all.Count <= maxLength ? all : [.. all.Take(maxLength)];
        var covered = ids.Count == all.Count ? text.Length : Math.Min(text.Length, tokenizer.Decode(ids).Length);
        var context = ids[0] == tokenizer.BosId ? 0 : tokenizer.Decode(ids.Take(1)).Length;
        return new TokenSequence(ids, Math.Max(0, covered - context));
    }

    /// <summary>Encodes a prompt and what should follow it; only the latter is predicted.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="prompt">The context.</param>
    /// <param name="completion">What is predicted.</param>
    /// <param name="maxLength">Most ids, ≥ 2: the end of a completion that is too long is cut, then the beginning of the prompt.</param>
    /// <returns>The sequence; a function of this record alone.</returns>
    public static TokenSequence Encode(TextTokenizer tokenizer, string prompt, string completion, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 2);
        var context = tokenizer.Encode(prompt, addBos: true, addEos: false);
        var all = tokenizer.Encode(completion, addBos: false, addEos: true);
        var predicted = all.Count < maxLength ? all : [.. all.Take(maxLength - 1)];
        var kept = Math.Min(context.Count, maxLength - predicted.Count);
        var characters =
            predicted.Count == all.Count
                ? completion.Length
                : Math.Min(completion.Length, tokenizer.Decode(predicted).Length);
        return new TokenSequence([.. context.Skip(context.Count - kept), .. predicted], characters)
        {
            ContextIds = Math.Max(1, kept),
        };
    }
}
