using System.Text;
using System.Text.RegularExpressions;
using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>The "pattern" of components of tokenizer.json: {"String": …} or {"Regex": …}.</summary>
internal static class PatternJson
{
    public static RunePattern Read(ConfigFields fields)
    {
        var pattern = fields.Section("pattern") ?? throw fields.Invalid("pattern", "is missing.");
        return pattern.Text("String") is { } text
            ? RunePattern.Parse(Regex.Escape(text), fields.Where)
            : RunePattern.Parse(pattern.Required("Regex"), fields.Where);
    }

    /// <summary>"Replace", which is a normalizer and a decoder.</summary>
    public static Normalizer Replace(ConfigFields fields)
    {
        var content = fields.Required("content");
        if (fields.Section("pattern")?.Text("String") is { Length: > 0 } literal)
        {
            return text => text.Replace(literal, content, StringComparison.Ordinal);
        }

        var pattern = Read(fields);
        return text =>
        {
            var (changed, at) = (new StringBuilder(text.Length), 0);
            foreach (var (start, length) in pattern.Matches(text))
            {
                changed.Append(text, at, start - at).Append(content);
                at = start + length;
            }

            return changed.Append(text, at, text.Length - at).ToString();
        };
    }
}
