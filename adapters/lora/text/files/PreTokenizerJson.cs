using System.Text;
using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>The "pre_tokenizer" of tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    public static PreTokenizer Read(ConfigFields fields)
    {
        var type = fields.Text("type");
        switch (type)
        {
            case "Sequence":
                return PreTokenizers.Sequence([.. fields.Sections("pretokenizers").Select(Read)]);
            case "ByteLevel":
                return PreTokenizers.ByteLevel(
                    fields.Flag("add_prefix_space", otherwise: true),
                    fields.Flag("use_regex", otherwise: true)
                );
            case "Metaspace":
                return PreTokenizers.Metaspace(
                    MetaspaceJson.Sign(fields),
                    MetaspaceJson.Prepend(fields),
                    fields.Flag("split", otherwise: true)
                );
            case "Split":
                return PreTokenizers.Pattern(
                    PatternJson.Read(fields),
                    Behavior(fields, "Isolated"),
                    fields.Flag("invert")
                );
            case "Whitespace":
                return PreTokenizers.Whitespace;
            case "WhitespaceSplit":
                return PreTokenizers.Characters(Rune.IsWhiteSpace, SplitBehavior.Removed);
            case "BertPreTokenizer":
                return PreTokenizers.Bert;
            case "Punctuation":
                return PreTokenizers.Characters(PreTokenizers.IsPunctuation, Behavior(fields, "Isolated"));
            case "Digits":
                return PreTokenizers.Characters(
                    Rune.IsNumber,
                    fields.Flag("individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous
                );
            default:
                throw fields.Invalid("type", $"is '{type}', a pre-tokenizer that is not understood.");
        }
    }

    private static SplitBehavior Behavior(ConfigFields fields, string otherwise)
    {
        var name = fields.Text("behavior") ?? otherwise;
        return name switch
        {
            "Removed" => SplitBehavior.Removed,
            "Isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            _ => throw fields.Invalid("behavior", $"is '{name}', which is not understood."),
        };
    }
}
