using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Federated.ClientNode;

/// <summary>Reads one mapping of a YAML file field by field, and collects every error instead of stopping at the first.</summary>
/// <param name="node">The mapping; null reads as empty.</param>
/// <param name="path">Where it stands, such as <c>source.budget</c>; empty at the root.</param>
/// <param name="errors">Receives what is wrong.</param>
internal sealed class YamlFields(YamlMappingNode? node, string path, List<string> errors)
{
    private readonly HashSet<string> _asked = [];

    /// <summary>All keys, for mappings whose keys are names.</summary>
    public IEnumerable<string> Keys => node?.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value!) ?? [];

    /// <summary>A text, or null with an error when it is required and absent.</summary>
    public string? Text(string field, bool required = true)
    {
        var value = Scalar(field);
        if (string.IsNullOrWhiteSpace(value))
        {
            if (required || value is not null)
            {
                Add(field, "is missing", "give it a value");
            }

            return null;
        }

        return value;
    }

    /// <summary>A number that <paramref name="allowed"/> accepts; otherwise an error that says <paramref name="expected"/>.</summary>
    public double? Number(string field, Func<double, bool> allowed, string expected, bool required = true)
    {
        if (Text(field, required) is not { } text)
        {
            return null;
        }

        if (
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            && allowed(number)
        )
        {
            return number;
        }

        Add(field, $"is {text}", $"expected {expected}");
        return null;
    }

    /// <summary>true or false.</summary>
    public bool Flag(string field, bool otherwise)
    {
        switch (Text(field, required: false))
        {
            case null:
                return otherwise;
            case "true":
                return true;
            case "false":
                return false;
            case var other:
                Add(field, $"is {other}", "expected true or false");
                return otherwise;
        }
    }

    /// <summary>A list of texts; empty when absent.</summary>
    public IReadOnlyList<string> Texts(string field)
    {
        _asked.Add(field);
        switch (Child(field))
        {
            case null:
                return [];
            case YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode { Value.Length: > 0 }):
                return [.. list.Children.Select(item => ((YamlScalarNode)item).Value!)];
            default:
                Add(field, "is not a list of texts", "write [a, b]");
                return [];
        }
    }

    /// <summary>The mapping under <paramref name="field"/>; absent or of another kind reads as empty, the latter with an error.</summary>
    public YamlFields Section(string field)
    {
        _asked.Add(field);
        var child = Child(field);
        if (child is not null and not YamlMappingNode)
        {
            Add(field, "is not a mapping", "write its fields indented below it");
        }

        return new YamlFields(child as YamlMappingNode, Full(field), errors);
    }

    /// <summary>Adds an error about <paramref name="field"/>.</summary>
    public void Add(string field, string what, string fix) => errors.Add($"{Full(field)} {what}{Line(field)}: {fix}");

    /// <summary>Adds an error for every key that nobody asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (var key in Keys.Where(key => !_asked.Contains(key)))
        {
            Add(key, "is unknown", $"remove it, or use one of {string.Join(", ", _asked.Order())}");
        }
    }

    private string? Scalar(string field)
    {
        _asked.Add(field);
        switch (Child(field))
        {
            case null:
                return null;
            case YamlScalarNode scalar:
                return scalar.Value ?? "";
            default:
                Add(field, "is not a single value", "write it on one line");
                return null;
        }
    }

    private YamlNode? Child(string field) =>
        node is not null && node.Children.TryGetValue(new YamlScalarNode(field), out var child) ? child : null;

    private string Full(string field) => path.Length == 0 ? field : $"{path}.{field}";

    private string Line(string field) => Child(field) is { } child ? $" (line {child.Start.Line})" : "";
}
