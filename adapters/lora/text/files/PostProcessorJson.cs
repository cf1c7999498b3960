using System.Text.Json;
using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>The "post_processor" of tokenizer.json: which ids stand around a single text.</summary>
internal static class PostProcessorJson
{
    /// <summary>Reads it.</summary>
    /// <returns>The ids before and after a text; null when it says nothing of them.</returns>
    public static (IReadOnlyList<int> Before, IReadOnlyList<int> After)? Read(ConfigFields fields)
    {
        var type = fields.Text("type");
        return type switch
        {
            "ByteLevel" => null,
            "Sequence" => fields.Sections("processors").Select(Read).FirstOrDefault(template => template is not null),
            "TemplateProcessing" => Template(fields),
            "BertProcessing" or "RobertaProcessing" => ([Pair(fields, "cls")], [Pair(fields, "sep")]),
            _ => throw fields.Invalid("type", $"is '{type}', a post-processor that is not understood."),
        };
    }

    private static (IReadOnlyList<int> Before, IReadOnlyList<int> After) Template(ConfigFields fields)
    {
        var special = fields.Section("special_tokens");
        var (before, after, passed) = (new List<int>(), new List<int>(), 0);
        foreach (var item in fields.Sections("single"))
        {
            if (item.Section("Sequence") is not null)
            {
                passed++;
                continue;
            }

            var name = item.Section("SpecialToken")?.Text("id") ?? throw fields.Invalid("single", "is malformed.");
            var ids =
                special?.Section(name)?.Numbers("ids")
                ?? throw fields.Invalid("special_tokens", $"does not name '{name}'.");
            (passed == 0 ? before : after).AddRange(ids);
        }

        return passed == 1 ? (before, after) : throw fields.Invalid("single", "must hold one Sequence.");
    }

    // ["[CLS]", 101]
    private static int Pair(ConfigFields fields, string field) =>
        fields.Raw(field) is { ValueKind: JsonValueKind.Array } pair
        && pair.GetArrayLength() == 2
        && pair[1].ValueKind == JsonValueKind.Number
        && pair[1].TryGetInt32(out var id)
        && id >= 0
            ? id
            : throw fields.Invalid(field, "must be a token and its id.");
}
