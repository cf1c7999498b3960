using System.Globalization;

namespace Federated.Adapters.Models;

/// <summary>The labels of a classifier: id2label of config.json, or numbers.</summary>
internal static class LabelNames
{
    /// <summary>Reads id2label; without it num_labels names (Hugging Face's default is two).</summary>
    public static IReadOnlyList<string> Read(ConfigFields fields)
    {
        var entries = fields.Entries("id2label");
        var count = entries.Count > 0 ? entries.Count : fields.Positive("num_labels", 2);
        var names = new string?[count];
        foreach (var (id, name) in entries)
        {
            if (
                !int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                || index >= count
                || names[index] is not null
            )
            {
                throw fields.Invalid("id2label", $"has the id '{id}'; it must name 0 … {count - 1} once each.");
            }

            names[index] = name;
        }

        if (names.Where(name => name is not null).Distinct(StringComparer.Ordinal).Count() < entries.Count)
        {
            throw fields.Invalid("id2label", "gives one name to two labels.");
        }

        return count >= 2
            ? [.. names.Select((name, index) => name ?? $"LABEL_{index}")]
            : throw fields.Invalid("id2label", "has one label, which is regression; two labels at least are needed.");
    }
}
