using System.Text.Json;
using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>The "model" of tokenizer.json.</summary>
internal static class ModelJson
{
    /// <summary>Reads the model.</summary>
    /// <param name="fields">The model's fields.</param>
    /// <param name="source">What to call it in errors.</param>
    /// <param name="never">Ids that no text gives: special tokens.</param>
    public static ITokenModel Read(ConfigFields fields, string source, IReadOnlySet<int> never)
    {
        // Files of old versions have no type; byte pairs are told by their merges.
        var type = fields.Text("type") ?? (fields.Has("merges") ? "BPE" : "WordPiece");
        return type switch
        {
            "BPE" => BytePairs(fields, source, never),
            "WordPiece" => WordPieces(fields, never),
            "Unigram" => Unigram(fields, never),
            _ => throw fields.Invalid("type", $"is '{type}', a model that is not understood."),
        };
    }

    private static BytePairModel BytePairs(ConfigFields fields, string source, IReadOnlySet<int> never)
    {
        foreach (var field in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (!string.IsNullOrEmpty(fields.Text(field)))
            {
                throw fields.Invalid(field, $"is '{fields.Text(field)}'; byte pairs with marks are not understood.");
            }
        }

        if (
            fields.Raw("dropout") is { ValueKind: not JsonValueKind.Null } dropout
            && dropout.GetRawText() is not ("0" or "0.0")
        )
        {
            throw fields.Invalid("dropout", $"is {dropout.GetRawText()}; a text must always have the same ids.");
        }

        var vocabulary = fields.Ids("vocab");
        var merges = fields.Raw("merges") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(merge => Merge(fields, merge))
            : throw fields.Invalid("merges", "must be a list.");
        return new BytePairModel(
            vocabulary,
            MergeTable.Of(vocabulary, merges, source, never),
            new BytePairOptions(
                fields.Text("unk_token"),
                fields.Flag("fuse_unk"),
                fields.Flag("byte_fallback"),
                fields.Flag("ignore_merges")
            ),
            never
        );
    }

    // "a b", or ["a", "b"] in newer files.
    private static (string Left, string Right) Merge(ConfigFields fields, JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2)
        {
            return (merge[0].ToString(), merge[1].ToString());
        }

        var both = merge.ValueKind == JsonValueKind.String ? merge.GetString()!.Split(' ') : [];
        return both.Length == 2
            ? (both[0], both[1])
            : throw fields.Invalid("merges", $"holds {merge.GetRawText()}, which is no pair.");
    }

    private static WordPieceModel WordPieces(ConfigFields fields, IReadOnlySet<int> never)
    {
        var vocabulary = fields.Ids("vocab");
        var unknown = fields.Text("unk_token") ?? "[UNK]";
        return new WordPieceModel(
            vocabulary.Where(token => !never.Contains(token.Value)).ToDictionary(StringComparer.Ordinal),
            vocabulary.TryGetValue(unknown, out var id)
                ? id
                : throw fields.Invalid("unk_token", $"'{unknown}' is not in the vocabulary."),
            fields.Text("continuing_subword_prefix") ?? "##",
            fields.Positive("max_input_chars_per_word", 100)
        );
    }

    private static UnigramModel Unigram(ConfigFields fields, IReadOnlySet<int> never)
    {
        var tokens = new List<(string, double)>();
        if (fields.Raw("vocab") is not { ValueKind: JsonValueKind.Array } vocabulary)
        {
            throw fields.Invalid("vocab", "must be a list of tokens and scores.");
        }

        foreach (var pair in vocabulary.EnumerateArray())
        {
            if (
                pair.ValueKind != JsonValueKind.Array
                || pair.GetArrayLength() != 2
                || pair[0].ValueKind != JsonValueKind.String
                || pair[1].ValueKind != JsonValueKind.Number
            )
            {
                throw fields.Invalid("vocab", $"holds {pair.GetRawText()}, which is no token with its score.");
            }

            tokens.Add((pair[0].GetString()!, pair[1].GetDouble()));
        }

        var unknown = fields.Index("unk_id", null);
        return unknown < tokens.Count
            ? new UnigramModel(tokens, unknown, fields.Flag("byte_fallback"), never)
            : throw fields.Invalid("unk_id", $"{unknown} is outside the {tokens.Count} tokens.");
    }
}
