using System.Globalization;

namespace Federated.Adapters.Text;

/// <summary>Finds added tokens in a text: leftmost first, the longest of those that begin at one place.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, AddedToken[]> _byFirst;

    public AddedTokens(IEnumerable<AddedToken> tokens) =>
        _byFirst = tokens
            .Where(token => token.Content.Length > 0)
            .GroupBy(token => token.Content[0])
            .ToDictionary(
                group => group.Key,
                group => group.OrderByDescending(token => token.Content.Length).ToArray()
            );

    /// <summary>Cuts a text at the tokens in it.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Parts in order: a token, or text that is not empty and where it begins.</returns>
    public IEnumerable<(string Text, int Start, AddedToken? Token)> Split(string text)
    {
        var at = 0;
        for (var i = 0; _byFirst.Count > 0 && i < text.Length; )
        {
            if (Find(text, i) is not { } token)
            {
                i++;
                continue;
            }

            var start = i;
            while (token.LeftStrip && start > at && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            if (start > at)
            {
                yield return (text[at..start], at, null);
            }

            yield return (token.Content, start, token);
            i += token.Content.Length;
            while (token.RightStrip && i < text.Length && char.IsWhiteSpace(text[i]))
            {
                i++;
            }

            at = i;
        }

        if (at < text.Length)
        {
            yield return (text[at..], at, null);
        }
    }

    private AddedToken? Find(string text, int at) =>
        _byFirst.TryGetValue(text[at], out var candidates)
            ? Array.Find(
                candidates,
                token =>
                    string.CompareOrdinal(text, at, token.Content, 0, token.Content.Length) == 0
                    && (!token.SingleWord || IsAlone(text, at, token.Content.Length))
            )
            : null;

    private static bool IsAlone(string text, int at, int length) =>
        (at == 0 || !IsWord(text[at - 1])) && (at + length == text.Length || !IsWord(text[at + length]));

    private static bool IsWord(char unit) =>
        char.IsLetterOrDigit(unit)
        || char.GetUnicodeCategory(unit) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.NonSpacingMark;
}
