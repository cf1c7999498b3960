using Federated.Adapters.Text;

namespace Federated.Lab.Pretrain;

/// <summary>Records as token ids, each begun by bos and ended by eos.</summary>
internal static class EncodedRecords
{
    /// <summary>Encodes texts; one that is longer than the model reads is cut and so has no eos.</summary>
    public static IReadOnlyList<int[]> Cut(IEnumerable<string> texts, TextTokenizer tokenizer, int maxLength) =>
        [.. texts.Select(text => Encode(text, tokenizer).Take(maxLength).ToArray())];

    /// <summary>Encodes texts, and leaves out those that are longer than the model reads.</summary>
    public static IReadOnlyList<(string Text, int[] Ids)> Whole(
        IEnumerable<string> texts,
        TextTokenizer tokenizer,
        int maxLength
    ) =>
        [
            .. texts
                .Select(text => (text, Encode(text, tokenizer).ToArray()))
                .Where(record => record.Item2.Length <= maxLength),
        ];

    private static IReadOnlyList<int> Encode(string text, TextTokenizer tokenizer) =>
        tokenizer.Encode(text, addBos: true, addEos: true);
}
