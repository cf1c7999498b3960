using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Federated.Adapters.Text;

/// <summary>The pre-tokenizers of Hugging Face's tokenizers library.</summary>
internal static partial class PreTokenizers
{
    private static readonly RunePattern Gpt2 = new(GptPreTokenization.Pattern());
    private static readonly RunePattern WordsAndSigns = new(WordsAndSignsPattern());

    /// <summary>Leaves a text whole.</summary>
    public static IEnumerable<TextPiece> Whole(TextPiece piece) => [piece];

    /// <summary>One after the other, each on all parts of the one before.</summary>
    public static PreTokenizer Sequence(IReadOnlyList<PreTokenizer> steps) =>
        piece =>
            steps.Aggregate((IEnumerable<TextPiece>)[piece], (pieces, step) => pieces.SelectMany(part => step(part)));

    /// <summary>Spells bytes as characters, after cutting by GPT-2's pattern where that is asked for.</summary>
    public static PreTokenizer ByteLevel(bool addPrefixSpace, bool useRegex) =>
        piece =>
        {
            var text = addPrefixSpace && !piece.Text.StartsWith(' ') ? " " + piece.Text : piece.Text;
            var pieces = useRegex
                ? Split(text, piece.IsFirst, Gpt2.Matches(text), SplitBehavior.Isolated)
                : [piece with { Text = text }];
            return pieces.Select(part => part with { Text = ByteAlphabet.Spell(part.Text) });
        };

    /// <summary>Writes spaces as a sign and begins a text with it; cuts before each sign where that is asked for.</summary>
    /// <param name="sign">Most often ▁.</param>
    /// <param name="prepend">Whether to begin with the sign, given whether the part is the first.</param>
    /// <param name="split">Whether to cut.</param>
    public static PreTokenizer Metaspace(char sign, Func<bool, bool> prepend, bool split) =>
        piece =>
        {
            var text = piece.Text.Replace(' ', sign);
            if (prepend(piece.IsFirst) && !text.StartsWith(sign))
            {
                text = sign + text;
            }

            return split
                ? Split(text, piece.IsFirst, Each(text, rune => rune.Value == sign), SplitBehavior.MergedWithNext)
                : [piece with { Text = text }];
        };

    /// <summary>Cuts at what a pattern matches, or, inverted, at what it does not.</summary>
    public static PreTokenizer Pattern(RunePattern pattern, SplitBehavior behavior, bool invert) =>
        piece => Split(piece.Text, piece.IsFirst, pattern.Matches(piece.Text), behavior, invert);

    /// <summary>Keeps words and runs of signs; drops white space.</summary>
    public static IEnumerable<TextPiece> Whitespace(TextPiece piece) =>
        Pattern(WordsAndSigns, SplitBehavior.Removed, invert: true)(piece);

    /// <summary>Cuts at characters that satisfy a condition.</summary>
    public static PreTokenizer Characters(Func<Rune, bool> condition, SplitBehavior behavior) =>
        piece => Split(piece.Text, piece.IsFirst, Each(piece.Text, condition), behavior);

    /// <summary>BERT's: drops white space, each punctuation character by itself.</summary>
    public static IEnumerable<TextPiece> Bert(TextPiece piece) =>
        Characters(Rune.IsWhiteSpace, SplitBehavior.Removed)(piece)
            .SelectMany(part => Characters(IsPunctuation, SplitBehavior.Isolated)(part));

    /// <summary>ASCII signs, and what Unicode calls punctuation.</summary>
    public static bool IsPunctuation(Rune rune) =>
        (
            rune.IsAscii
            && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value <= ' ' || rune.Value == 127) is false
        )
        || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.ConnectorPunctuation
                or UnicodeCategory.DashPunctuation
                or UnicodeCategory.OpenPunctuation
                or UnicodeCategory.ClosePunctuation
                or UnicodeCategory.InitialQuotePunctuation
                or UnicodeCategory.FinalQuotePunctuation
                or UnicodeCategory.OtherPunctuation;

    private static List<TextPiece> Split(
        string text,
        bool isFirst,
        IEnumerable<(int Start, int Length)> matches,
        SplitBehavior behavior,
        bool invert = false
    )
    {
        // Inverted, each match stays a part of its own, and what lies between is what the behaviour is about.
        var parts = new List<(string Text, bool Matched)>();
        var at = 0;
        foreach (var (start, length) in matches)
        {
            if (start > at)
            {
                parts.Add((text[at..start], invert));
            }

            parts.Add((text.Substring(start, length), !invert));
            at = start + length;
        }

        if (at < text.Length)
        {
            parts.Add((text[at..], invert));
        }

        // A dropped beginning takes the place of the first with it.
        isFirst &= behavior != SplitBehavior.Removed || parts is not [(_, true), ..];
        var pieces = new List<TextPiece>(parts.Count);
        foreach (var part in SplitParts.Arrange(parts, behavior))
        {
            pieces.Add(new TextPiece(part, isFirst && pieces.Count == 0));
        }

        return pieces;
    }

    private static IEnumerable<(int Start, int Length)> Each(string text, Func<Rune, bool> condition)
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (condition(rune))
            {
                yield return (at, rune.Utf16SequenceLength);
            }

            at += rune.Utf16SequenceLength;
        }
    }

    // \w as Unicode's annex on regular expressions has it: letter numbers, all marks, joiners and circled letters are parts of words.
    [GeneratedRegex(@"[\w\p{Nl}\p{M}\u200C\u200D\u24B6-\u24E9]+|[^\w\s\p{Nl}\p{M}\u200C\u200D\u24B6-\u24E9]+")]
    private static partial Regex WordsAndSignsPattern();
}
