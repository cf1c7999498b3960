using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Federated.Adapters.Text;

namespace Federated.Lab.Pretrain;

/// <summary>
/// Learns a byte-level BPE vocabulary (Sennrich et al. 2016; GPT-2's bytes and pre-tokenisation): starting from the 256 bytes, the pair
/// that occurs most often inside words becomes the next token. Ties go to the older tokens, so equal text gives an equal vocabulary.
/// </summary>
public static class BytePairTrainer
{
    /// <summary>Learns a vocabulary.</summary>
    /// <param name="texts">Training texts.</param>
    /// <param name="specialTokens">Tokens that no text makes; they get the first ids.</param>
    /// <param name="vocabularySize">Number of ids wanted, ≥ special tokens + 256; fewer when the text runs out of pairs.</param>
    /// <param name="cancellationToken">Stops between merges.</param>
    /// <returns>The vocabulary.</returns>
    public static BytePairVocabulary Train(
        IEnumerable<string> texts,
        IReadOnlyList<string> specialTokens,
        int vocabularySize,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, specialTokens.Count + 256);
        var tokens = specialTokens.Concat(ByteAlphabet.InOrder.Select(letter => letter.ToString())).ToList();
        var merges = new List<(string Left, string Right)>();
        var words = CountWords(texts, specialTokens.Count);
        var pairs = new PairCounts(words);
        while (tokens.Count < vocabularySize && pairs.MostFrequent() is { } best)
        {
            cancellationToken.ThrowIfCancellationRequested();
            merges.Add((tokens[best.Left], tokens[best.Right]));
            tokens.Add(tokens[best.Left] + tokens[best.Right]);
            pairs.Merge(best, tokens.Count - 1);
        }

        return new BytePairVocabulary(tokens, merges, specialTokens);
    }

    // Distinct words as lists of byte tokens, with how often each occurs.
    private static List<(List<int> Symbols, int Count)> CountWords(IEnumerable<string> texts, int firstByteId)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (ValueMatch match in GptPreTokenization.Pattern().EnumerateMatches(text))
            {
                var word = text.Substring(match.Index, match.Length);
                CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++;
            }
        }

        return
        [
            .. counts
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry =>
                    (
                        Encoding
                            .UTF8.GetBytes(entry.Key)
                            .Select(value => firstByteId + ByteAlphabet.Rank(value))
                            .ToList(),
                        entry.Value
                    )
                ),
        ];
    }
}
