using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>vocab.json and merges.txt: byte-level byte pairs, as GPT-2, RoBERTa and Qwen store them.</summary>
internal static class BytePairFiles
{
    /// <summary>Reads both files.</summary>
    /// <exception cref="Checkpoints.InvalidCheckpointException">A file is malformed.</exception>
    public static TokenizerPipeline Read(
        string vocabularyFile,
        string mergesFile,
        IReadOnlyList<AddedToken> added,
        SpecialTokens special
    )
    {
        var vocabulary = ConfigFields.Read(vocabularyFile, fields => fields.Ids());
        var model = new BytePairModel(
            vocabulary,
            MergeTable.Of(vocabulary, Merges(mergesFile), mergesFile),
            new BytePairOptions()
        );
        var qwen =
            special.TokenizerClass?.StartsWith("Qwen", StringComparison.Ordinal)
            ?? special.ModelType is "qwen2" or "qwen3";
        var roberta =
            special.TokenizerClass?.StartsWith("Roberta", StringComparison.Ordinal) ?? special.ModelType == "roberta";
        var split = PreTokenizers.ByteLevel(special.AddPrefixSpace, useRegex: !qwen);
        return new TokenizerPipeline(model, added, vocabularyFile)
        {
            Normalize = qwen ? UnicodeForms.Nfc : text => text,
            Split = qwen
                ? PreTokenizers.Sequence([
                    PreTokenizers.Pattern(PreTokenizationPatterns.Qwen, SplitBehavior.Isolated, invert: false),
                    split,
                ])
                : split,
            Decoder = Decoders.ByteLevel,
            Template =
                roberta && vocabulary.TryGetValue("<s>", out var begin) && vocabulary.TryGetValue("</s>", out var end)
                    ? ([begin], [end])
                    : null,
        };
    }

    private static IEnumerable<(string Left, string Right)> Merges(string file)
    {
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            var both = line.Split(' ');
            yield return both.Length == 2
                ? (both[0], both[1])
                : throw new Checkpoints.InvalidCheckpointException($"{file}: line {number} is no pair of tokens.");
        }
    }
}
