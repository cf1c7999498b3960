using Federated.Adapters.Text;

namespace Federated.Adapters;

/// <summary>One record as the model sees it: token ids, and how many characters the predicted ones cover.</summary>
/// <param name="Ids">The ids. The first is context and never predicted.</param>
/// <param name="Characters">UTF-16 code units that the predicted ids cover; for losses per character.</param>
public sealed record TokenSequence(IReadOnlyList<int> Ids, int Characters) : ModelRecord
{
    /// <inheritdoc />
    public override int Room => Ids.Count;

    /// <summary>Leading ids that are context and never predicted, ≥ 1.</summary>
    public int ContextIds { get; init; } = 1;

    /// <summary>The record's label, an index into <see cref="Models.IClassifier.LabelNames"/>; null when it has none.</summary>
    public int? Label { get; init; }

    /// <summary>Index of the first id of the second text, in pairs whose texts have types; null: all ids are of the first type.</summary>
    public int? SecondFrom { get; init; }

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
        return After(
            tokenizer,
            tokenizer.Encode(prompt, addBos: true, addEos: false),
            tokenizer.Encode(completion, addBos: false, addEos: true),
            completion.Length,
            maxLength
        );
    }

    /// <summary>Encodes a conversation as the model's chat template writes it; only the last message is predicted.</summary>
    /// <param name="tokenizer">The model's tokenizer, with a chat template.</param>
    /// <param name="messages">The turns, the last the assistant's.</param>
    /// <param name="maxLength">Most ids, ≥ 2; cut as a prompt and its completion are.</param>
    /// <returns>The sequence; a function of this record alone.</returns>
    /// <exception cref="ChatTemplateException">The model has no chat template, or it refuses the conversation.</exception>
    public static TokenSequence Encode(TextTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 2);
        var all = tokenizer.EncodeChat(messages);
        // What stands there before the answer, and is the same whatever the answer is.
        var asked =
            messages.Count > 1 ? tokenizer.EncodeChat([.. messages.SkipLast(1)], addGenerationPrompt: true) : [];
        var context = Math.Max(1, all.Zip(asked).TakeWhile(pair => pair.First == pair.Second).Count());
        return After(
            tokenizer,
            [.. all.Take(context)],
            [.. all.Skip(context)],
            tokenizer.Decode(all.Skip(context)).Length,
            maxLength
        );
    }

    /// <summary>Encodes a text with its label for a classifier; a text that is too long keeps its last token, which marks the end.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="text">The text.</param>
    /// <param name="label">Index of the label.</param>
    /// <param name="maxLength">Most ids, ≥ 2.</param>
    /// <returns>The sequence; a function of this record alone.</returns>
    public static TokenSequence EncodeLabelled(TextTokenizer tokenizer, string text, int label, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 2);
        var all = tokenizer.Encode(text, addBos: true, addEos: true);
        var ids = all.Count <= maxLength ? all : [.. all.Take(maxLength - 1), all[^1]];
        return new TokenSequence(ids, text.Length) { Label = label };
    }

    // The end of a completion that is too long is cut, then the beginning of the context.
    private static TokenSequence After(
        TextTokenizer tokenizer,
        IReadOnlyList<int> context,
        IReadOnlyList<int> all,
        int length,
        int maxLength
    )
    {
        var predicted = all.Count < maxLength ? all : [.. all.Take(maxLength - 1)];
        var kept = Math.Min(context.Count, maxLength - predicted.Count);
        var characters = predicted.Count == all.Count ? length : Math.Min(length, tokenizer.Decode(predicted).Length);
        return new TokenSequence([.. context.Skip(context.Count - kept), .. predicted], characters)
        {
            ContextIds = Math.Max(1, kept),
        };
    }
}
