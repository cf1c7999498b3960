using System.Text;

namespace Federated.Adapters.Text;

/// <summary>The decoders of Hugging Face's tokenizers library.</summary>
internal static class Decoders
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>One after the other.</summary>
    public static TokenDecoder Sequence(IReadOnlyList<TokenDecoder> decoders) =>
        tokens => decoders.Aggregate(tokens, (parts, decoder) => decoder(parts));

    /// <summary>Reads spelled bytes; what is no UTF-8 becomes U+FFFD.</summary>
    public static IEnumerable<string> ByteLevel(IEnumerable<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            ByteAlphabet.Read(token, bytes);
        }

        return [Encoding.UTF8.GetString([.. bytes])];
    }

    /// <summary>Joins runs of byte tokens into characters; bytes that form none become U+FFFD each.</summary>
    public static IEnumerable<string> ByteFallback(IEnumerable<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (ByteTokens.Value(token) is { } value)
            {
                bytes.Add(value);
                continue;
            }

            foreach (var part in Characters(bytes))
            {
                yield return part;
            }

            bytes.Clear();
            yield return token;
        }

        foreach (var part in Characters(bytes))
        {
            yield return part;
        }
    }

    /// <summary>Joins all parts into one.</summary>
    public static IEnumerable<string> Fuse(IEnumerable<string> tokens) => [string.Concat(tokens)];

    /// <summary>Drops a character from the ends of each part, at most so many times.</summary>
    public static TokenDecoder Strip(char content, int start, int stop) =>
        tokens =>
            tokens.Select(token =>
            {
                var from = 0;
                while (from < Math.Min(start, token.Length) && token[from] == content)
                {
                    from++;
                }

                var to = token.Length;
                while (to > from && token.Length - to < stop && token[to - 1] == content)
                {
                    to--;
                }

                return token[from..to];
            });

    /// <summary>Writes a sign as a space; the first token's signs are the dummy prefix and go.</summary>
    public static TokenDecoder Metaspace(char sign, bool prepended) =>
        tokens =>
            tokens.Select(
                (token, index) =>
                    index == 0 && prepended
                        ? token.Replace(sign.ToString(), "", StringComparison.Ordinal)
                        : token.Replace(sign, ' ')
            );

    /// <summary>Puts spaces between words, not within.</summary>
    public static TokenDecoder WordPiece(string prefix, bool cleanUp) =>
        tokens =>
            tokens.Select(
                (token, index) =>
                {
                    var part =
                        index == 0 ? token
                        : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..]
                        : " " + token;
                    return cleanUp ? CleanUp(part) : part;
                }
            );

    /// <summary>A space between tokens: what is done when a file names no decoder.</summary>
    public static IEnumerable<string> Spaces(IEnumerable<string> tokens) => [string.Join(' ', tokens)];

    /// <summary>Takes the spaces back that cutting at punctuation puts in English.</summary>
    private static string CleanUp(string text) =>
        text.Replace(" .", ".", StringComparison.Ordinal)
            .Replace(" ?", "?", StringComparison.Ordinal)
            .Replace(" !", "!", StringComparison.Ordinal)
            .Replace(" ,", ",", StringComparison.Ordinal)
            .Replace(" ' ", "'", StringComparison.Ordinal)
            .Replace(" n't", "n't", StringComparison.Ordinal)
            .Replace(" 'm", "'m", StringComparison.Ordinal)
            .Replace(" do not", " don't", StringComparison.Ordinal)
            .Replace(" 's", "'s", StringComparison.Ordinal)
            .Replace(" 've", "'ve", StringComparison.Ordinal)
            .Replace(" 're", "'re", StringComparison.Ordinal);

    private static IEnumerable<string> Characters(List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            return [];
        }

        try
        {
            return [Strict.GetString([.. bytes])];
        }
        catch (DecoderFallbackException)
        {
            return bytes.Select(_ => "\uFFFD");
        }
    }
}
