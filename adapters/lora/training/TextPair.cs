using Federated.Adapters.Models;
using Federated.Adapters.Text;

namespace Federated.Adapters;

/// <summary>
/// Two texts with one label as a classifier takes them, as in Hugging Face's tokenizers: in BERT [CLS] a [SEP] b [SEP], where b and its [SEP]
/// have the token type 1; in RoBERTa &lt;s&gt; a &lt;/s&gt;&lt;/s&gt; b &lt;/s&gt;, without types.
/// </summary>
public static class TextPair
{
    /// <summary>Fewest ids that a pair may be cut to: RoBERTa's special ones and one of each text.</summary>
    public const int MinLength = 6;

    /// <summary>Encodes a pair with its label.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="config">The model's shape.</param>
    /// <param name="first">The first text.</param>
    /// <param name="second">The second text.</param>
    /// <param name="label">Index of the label.</param>
    /// <param name="maxLength">Most ids, ≥ <see cref="MinLength"/>: the longer text's end is cut first, then both alike.</param>
    /// <returns>The sequence; a function of this record alone.</returns>
    public static TokenSequence Encode(
        TextTokenizer tokenizer,
        BertConfig config,
        string first,
        string second,
        int label,
        int maxLength
    )
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, MinLength);
        int[] begin = [.. tokenizer.BosId is { } bos ? [bos] : Array.Empty<int>()];
        int[] end = [.. tokenizer.EosId is { } eos ? [eos] : Array.Empty<int>()];
        int[] between = config.IsRoberta ? [.. end, .. end] : end;
        var (a, b) = (tokenizer.Encode(first), tokenizer.Encode(second));
        var (keptA, keptB) = Kept(a.Count, b.Count, maxLength - begin.Length - between.Length - end.Length);
        int[] before = [.. begin, .. a.Take(keptA), .. between];
        return new TokenSequence([.. before, .. b.Take(keptB), .. end], first.Length + second.Length)
        {
            Label = label,
            SecondFrom = config.IsRoberta || config.TokenTypes < 2 ? null : before.Length,
        };
    }

    // Of two texts that are both cut, the longer keeps the odd id; of equals, the second.
    private static (int First, int Second) Kept(int first, int second, int room)
    {
        var shorter = Math.Min(Math.Min(first, second), room / 2);
        var longer = Math.Min(Math.Max(first, second), room - shorter);
        return first > second ? (longer, shorter) : (shorter, longer);
    }
}
