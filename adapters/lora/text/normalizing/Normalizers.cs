using System.Globalization;
using System.Text;

namespace Federated.Adapters.Text;

/// <summary>The simple normalizers of Hugging Face's tokenizers library.</summary>
internal static class Normalizers
{
    /// <summary>One after the other.</summary>
    public static Normalizer Sequence(IReadOnlyList<Normalizer> normalizers) =>
        text => normalizers.Aggregate(text, (changed, normalizer) => normalizer(changed));

    /// <summary>Puts a text before every text that is not empty.</summary>
    public static Normalizer Prepend(string before) => text => text.Length == 0 ? text : before + text;

    /// <summary>Lower case, letter by letter, without the rules of any language.</summary>
    public static string Lowercase(string text)
    {
        var lower = text.ToLowerInvariant();
        // The one letter whose lower case is two characters in every language.
        return lower.Contains('\u0130', StringComparison.Ordinal)
            ? lower.Replace("\u0130", "i\u0307", StringComparison.Ordinal)
            : lower;
    }

    /// <summary>Drops marks of all kinds.</summary>
    public static string StripAccents(string text) =>
        Keep(
            text,
            rune =>
                Rune.GetUnicodeCategory(rune)
                    is not (
                        UnicodeCategory.NonSpacingMark
                        or UnicodeCategory.SpacingCombiningMark
                        or UnicodeCategory.EnclosingMark
                    )
        );

    /// <summary>Drops white space at the ends.</summary>
    public static Normalizer Strip(bool left, bool right) =>
        text =>
            (left, right) switch
            {
                (true, true) => text.Trim(),
                (true, false) => text.TrimStart(),
                (false, true) => text.TrimEnd(),
                _ => text,
            };

    /// <summary>SentencePiece's "nmt" rules: control characters go, unusual spaces become spaces.</summary>
    public static string Nmt(string text) =>
        string.Concat(
            Keep(text, rune => rune.Value is not (>= 1 and <= 8 or 0x0B or >= 0x0E and <= 0x1F or 0x7F or 0x8F or 0x9F))
                .Select(unit =>
                    unit
                        is '\t'
                            or '\n'
                            or '\f'
                            or '\r'
                            or '\u1680'
                            or (>= '\u200B' and <= '\u200F')
                            or '\u2028'
                            or '\u2029'
                            or '\u2581'
                            or '\uFEFF'
                            or '\uFFFD'
                        ? ' '
                        : unit
                )
        );

    /// <summary>A text without the characters that do not pass.</summary>
    public static string Keep(string text, Func<Rune, bool> passes)
    {
        var kept = new StringBuilder(text.Length);
        Span<char> units = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            if (passes(rune))
            {
                kept.Append(units[..rune.EncodeToUtf16(units)]);
            }
        }

        return kept.ToString();
    }
}
