using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>vocab.txt: WordPiece after BERT's BasicTokenizer, one token a line.</summary>
internal static class VocabularyText
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidCheckpointException">A token twice, or one of BERT's special tokens is missing.</exception>
    public static TokenizerPipeline Read(string file, SpecialTokens special)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(file))
        {
            if (!vocabulary.TryAdd(line.TrimEnd('\r'), vocabulary.Count))
            {
                throw new InvalidCheckpointException(
                    $"{file}: line {vocabulary.Count + 1} repeats the token '{line}'."
                );
            }
        }

        int Id(string token) =>
            vocabulary.TryGetValue(token, out var id)
                ? id
                : throw new InvalidCheckpointException($"{file} lacks the token {token}.");
        string[] marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        var model = new WordPieceModel(
            vocabulary.Where(token => !marks.Contains(token.Key)).ToDictionary(StringComparer.Ordinal),
            Id("[UNK]"),
            "##",
            maxCharacters: 100
        );
        var normalizer = new BertNormalizer(
            HandleChineseChars: special.TokenizeChineseChars,
            StripAccents: special.StripAccents,
            Lowercase: special.DoLowerCase
        );
        return new TokenizerPipeline(
            model,
            [
                .. marks
                    .Where(vocabulary.ContainsKey)
                    .Select(mark => new AddedToken(vocabulary[mark], mark, Special: true)),
            ],
            file
        )
        {
            Normalize = normalizer.Normalize,
            Split = PreTokenizers.Bert,
            Decoder = Decoders.WordPiece("##", cleanUp: true),
            Template = ([Id("[CLS]")], [Id("[SEP]")]),
        };
    }
}
