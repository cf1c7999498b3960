using System.Globalization;
using System.Text;

namespace Federated.ClientNode;

/// <summary>Text that a silo chose, made fit for a terminal and a log: it is shown to people there, and must not steer either.</summary>
internal static class SiloText
{
    private const int Longest = 300;

    /// <summary>The text in at most 300 characters, each one that is not visible or a space replaced by U+FFFD.</summary>
    /// <param name="text">Anything; null counts as empty.</param>
    public static string Plain(string? text)
    {
        var plain = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes()) // lone surrogates come as U+FFFD
        {
            var shown = IsVisible(rune) ? rune : Rune.ReplacementChar;
            if (plain.Length + shown.Utf16SequenceLength > Longest)
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
