using System.Globalization;
using System.Text;

namespace Federated.Adapters.Text;

/// <summary>What BERT's BasicTokenizer does to a text before it cuts it.</summary>
/// <param name="CleanText">Drops control characters; every white space becomes a space.</param>
/// <param name="HandleChineseChars">Puts spaces around CJK ideographs.</param>
/// <param name="StripAccents">Decomposes and drops non-spacing marks; null: as <paramref name="Lowercase"/>.</param>
/// <param name="Lowercase">Makes lower case.</param>
internal sealed record BertNormalizer(
    bool CleanText = true,
    bool HandleChineseChars = true,
    bool? StripAccents = null,
    bool Lowercase = true
)
{
    public string Normalize(string text)
    {
        if (CleanText)
        {
            text = Clean(text);
        }

        if (HandleChineseChars)
        {
            text = AroundIdeographs(text);
        }

        if (StripAccents ?? Lowercase)
        {
            // Non-spacing marks alone: the vowel signs of Indic scripts stay.
            text = Normalizers.Keep(
                UnicodeForms.Nfd(text),
                rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark
            );
        }

        return Lowercase ? Normalizers.Lowercase(text) : text;
    }

    private static string Clean(string text)
    {
        var kept = Normalizers.Keep(text, rune => rune.Value is not (0 or 0xFFFD) && !IsControl(rune));
        return string.Concat(kept.Select(unit => char.IsWhiteSpace(unit) ? ' ' : unit));
    }

    private static bool IsControl(Rune rune) =>
        rune.Value is not ('\t' or '\n' or '\r')
        && Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.PrivateUse;

    private static string AroundIdeographs(string text)
    {
        var spaced = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsIdeograph(rune.Value))
            {
                spaced.Append(' ').Append(rune.ToString()).Append(' ');
            }
            else
            {
                spaced.Append(rune.ToString());
            }
        }

        return spaced.ToString();
    }

    private static bool IsIdeograph(int code) =>
        code
            is (>= 0x4E00 and <= 0x9FFF)
                or (>= 0x3400 and <= 0x4DBF)
                or (>= 0x20000 and <= 0x2A6DF)
                or (>= 0x2A700 and <= 0x2B73F)
                or (>= 0x2B740 and <= 0x2B81F)
                or (>= 0x2B920 and <= 0x2CEAF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x2F800 and <= 0x2FA1F);
}
