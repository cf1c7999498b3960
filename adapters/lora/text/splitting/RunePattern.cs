using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>
/// A regular expression that sees characters as the tokenizers library does: whole code points. .NET sees UTF-16 halves, which are no
/// letters; so characters beyond U+FFFF are matched as a stand-in of the same category below it.
/// </summary>
internal sealed partial class RunePattern
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private readonly Regex _regex;

    public RunePattern(Regex regex) => _regex = regex;

    /// <summary>Reads a pattern of a tokenizer file.</summary>
    /// <exception cref="InvalidCheckpointException">The pattern uses what this implementation does not know.</exception>
    public static RunePattern Parse(string pattern, string source)
    {
        try
        {
            var folded = CaseInsensitiveGroup()
                .Replace(pattern, group => group.Value.Replace("s", "[s\u017F]", StringComparison.Ordinal));
            return new RunePattern(new Regex(folded, RegexOptions.CultureInvariant | RegexOptions.Compiled, Timeout));
        }
        catch (ArgumentException error)
        {
            throw new InvalidCheckpointException(
                $"{source}: the pattern '{pattern}' is not understood: {error.Message}",
                error
            );
        }
    }

    /// <summary>All matches that are not empty, in order.</summary>
    public IEnumerable<(int Start, int Length)> Matches(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            for (var match = _regex.Match(text); match.Success; match = match.NextMatch())
            {
                if (match.Length > 0)
                {
                    yield return (match.Index, match.Length);
                }
            }

            yield break;
        }

        var (standIn, starts) = StandIn(text);
        for (var match = _regex.Match(standIn); match.Success; match = match.NextMatch())
        {
            if (match.Length > 0)
            {
                var start = starts[match.Index];
                yield return (start, starts[match.Index + match.Length] - start);
            }
        }
    }

    // One UTF-16 unit a character, and where each character begins in the text.
    private static (string Text, List<int> Starts) StandIn(string text)
    {
        var units = new StringBuilder(text.Length);
        var starts = new List<int>(text.Length + 1);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            starts.Add(at);
            units.Append(rune.IsBmp ? (char)rune.Value : Representative(Rune.GetUnicodeCategory(rune)));
            at += rune.Utf16SequenceLength;
        }

        starts.Add(text.Length);
        return (units.ToString(), starts);
    }

    // Contractions as LLaMA 3 and Qwen write them. Unicode folds the long s to s, and .NET's tables do not.
    [GeneratedRegex(@"\(\?i:[^()\[\]\\]*\)")]
    private static partial Regex CaseInsensitiveGroup();

    private static char Representative(UnicodeCategory category) =>
        category switch
        {
            UnicodeCategory.UppercaseLetter => '\u0100',
            UnicodeCategory.LowercaseLetter => '\u0101',
            UnicodeCategory.TitlecaseLetter => '\u01C5',
            UnicodeCategory.ModifierLetter => '\u02C0',
            UnicodeCategory.OtherLetter => '\u01BB',
            UnicodeCategory.NonSpacingMark => '\u0300',
            UnicodeCategory.SpacingCombiningMark => '\u0903',
            UnicodeCategory.EnclosingMark => '\u0488',
            UnicodeCategory.DecimalDigitNumber => '\u0660',
            UnicodeCategory.LetterNumber => '\u2180',
            UnicodeCategory.OtherNumber => '\u00BC',
            UnicodeCategory.MathSymbol => '\u00B1',
            UnicodeCategory.CurrencySymbol => '\u00A2',
            UnicodeCategory.ModifierSymbol => '\u00B4',
            UnicodeCategory.OtherSymbol => '\u00A9',
            UnicodeCategory.OtherPunctuation => '\u00A1',
            UnicodeCategory.DashPunctuation => '\u2010',
            UnicodeCategory.Format => '\u00AD',
            _ => '\uE000',
        };
}
