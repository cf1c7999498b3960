using System.Globalization;
using System.Text;

namespace Federated.Protocol;

/// <summary>Text that another party chose, made fit for a terminal and a log: it is shown to people there, and must not steer either.</summary>
public static class PlainText
{
    /// <summary>The text without its end, where it is longer; each character that is not visible or a space is replaced by U+FFFD.</summary>
    /// <param name="text">Anything; null counts as empty.</param>
    /// <param name="longest">Most UTF-16 units of the answer. No character is cut in half.</param>
    public static string Of(string? text, int longest)
    {
        var plain = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes()) // lone surrogates come as U+FFFD
        {
            var shown = IsVisible(rune) ? rune : Rune.ReplacementChar;
            if (plain.Length + shown.Utf16SequenceLength > longest)
            {
                break;
            }

            plain.Append(shown);
        }

        return plain.ToString();
    }

    private static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control // escape sequences, line breaks
                or UnicodeCategory.Format // the direction of writing, zero width
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
            );
}
