using System.Globalization;
using System.Text.Json;
using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>Reads of the kinds that tokenizer files have beside those of a config.json.</summary>
internal static class TokenizerFields
{
    extension(ConfigFields fields)
    {
        /// <summary>A text that must be there.</summary>
        public string Required(string field) => fields.Text(field) ?? throw fields.Invalid(field, "is missing.");

        /// <summary>A list of objects; empty when it is missing.</summary>
        public IReadOnlyList<ConfigFields> Sections(string field) =>
            fields.Raw(field) switch
            {
                null => [],
                { ValueKind: JsonValueKind.Array } list =>
                [
                    .. list.EnumerateArray().Select(item => new ConfigFields(item, $"{fields.Where}: {field}")),
                ],
                _ => throw fields.Invalid(field, "must be a list of objects."),
            };

        /// <summary>A list of whole numbers ≥ 0.</summary>
        public IReadOnlyList<int> Numbers(string field) =>
            fields.Raw(field) is { ValueKind: JsonValueKind.Array } list
                ? [.. list.EnumerateArray().Select(item => Id(fields, field, item))]
                : throw fields.Invalid(field, "must be a list of ids.");

        /// <summary>An object of tokens and ids; no id twice.</summary>
        public Dictionary<string, int> Ids(string field) =>
            fields.Section(field) is { } section ? section.Ids() : throw fields.Invalid(field, "is missing.");

        /// <summary>The object itself, as tokens and ids; no id twice.</summary>
        public Dictionary<string, int> Ids()
        {
            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            var seen = new HashSet<int>();
            foreach (var entry in fields.Root.EnumerateObject())
            {
                var id = Id(fields, entry.Name, entry.Value);
                if (!ids.TryAdd(entry.Name, id) || !seen.Add(id))
                {
                    throw fields.Invalid(entry.Name, $"or its id {id} stands twice.");
                }
            }

            return ids;
        }

        /// <summary>One id or a list of ids; empty when it is missing.</summary>
        public IReadOnlyList<int> TokenIds(string field) =>
            fields.Raw(field) switch
            {
                null => [],
                { ValueKind: JsonValueKind.Array } => fields.Numbers(field),
                { } one => [Id(fields, field, one)],
            };

        /// <summary>A token: text, or an object that has it as "content".</summary>
        public string? Token(string field) =>
            fields.Raw(field) is { ValueKind: JsonValueKind.Object }
                ? fields.Section(field)!.Required("content")
                : fields.Text(field);

        /// <summary>The fields that are named by numbers and are objects.</summary>
        public IEnumerable<(int Number, ConfigFields Fields)> NumberedSections() =>
            fields
                .Root.EnumerateObject()
                .Select(entry =>
                    int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                        ? (number, new ConfigFields(entry.Value, $"{fields.Where}: {entry.Name}"))
                        : throw fields.Invalid(entry.Name, "is not named by an id.")
                );

        /// <summary>chat_template: one text, or a list of named ones of which "default" counts.</summary>
        public string? ChatTemplate() =>
            fields.Raw("chat_template") is { ValueKind: JsonValueKind.Array }
                ? fields
                    .Sections("chat_template")
                    .FirstOrDefault(template => template.Text("name") == "default")
                    ?.Text("template")
                : fields.Text("chat_template");

        /// <summary>Bytes in base64; none when the field is empty.</summary>
        public byte[] Base64(string field)
        {
            try
            {
                return Convert.FromBase64String(fields.Required(field));
            }
            catch (FormatException)
            {
                throw fields.Invalid(field, "is not base64.");
            }
        }
    }

    private static int Id(ConfigFields fields, string field, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id >= 0
            ? id
            : throw fields.Invalid(field, $"is {value.GetRawText()}; it must be a token id.");
}
