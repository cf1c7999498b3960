using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Federated.Protocol;

/// <summary>
/// Reads one YAML document into values with lines. Works on the parser's events, so that a text of a million brackets cannot
/// exhaust the stack and aliases cannot blow it up: depth, breadth and size are bounded, anchors are refused.
/// </summary>
internal sealed class YamlLoader
{
    private const int MaxLength = 1 << 20;
    private const int MaxDepth = 16;
    private const int MaxEntries = 4096;

    private readonly Parser _parser;
    private readonly List<RunDocumentError> _errors;

    private YamlLoader(Parser parser, List<RunDocumentError> errors) => (_parser, _errors) = (parser, errors);

    /// <summary>Reads a text; what is not YAML, or not one mapping, is added to the errors and gives null.</summary>
    public static YamlValue.Mapping? Load(string text, List<RunDocumentError> errors)
    {
        if (text.Length > MaxLength)
        {
            errors.Add(new(null, "", null, $"{text.Length} characters", $"a run document has at most {MaxLength}"));
            return null;
        }

        try
        {
            return new YamlLoader(new Parser(new StringReader(text)), errors).Document();
        }
        catch (YamlException error)
        {
            var reason = $"not YAML ({error.Message.ReplaceLineEndings(" ")})";
            errors.Add(new((int)error.Start.Line, "", null, reason, "correct the line, its indentation first"));
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // The parser loses its own thread on some texts, such as a list that is neither closed nor indented.
            errors.Add(new(null, "", null, "not YAML", "look for a bracket or a brace that is not closed"));
            return null;
        }
    }

    private YamlValue.Mapping? Document()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            _errors.Add(new(1, "", null, "the text is empty", "write participants, baseModel, privacy and rounds"));
            return null;
        }

        var root = Value("", 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            _errors.Add(new(Line(second), "", null, "a second document begins", "one text holds one run document"));
        }

        if (root is YamlValue.Mapping mapping)
        {
            return mapping;
        }

        if (_errors.Count == 0)
        {
            _errors.Add(
                new(root?.Line ?? 1, "", root?.Shown, "not a mapping", "write keys such as baseModel: at the top")
            );
        }

        return null;
    }

    private YamlValue? Value(string path, int depth)
    {
        if (depth > MaxDepth)
        {
            _parser.Accept<ParsingEvent>(out var deep);
            throw new SyntaxErrorException(deep!.Start, deep.End, $"nested more than {MaxDepth} deep");
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            _errors.Add(new(Line(alias), path, "*" + alias.Value, "an alias", "write the value out"));
            return null;
        }

        if (_parser.TryConsume<YamlDotNet.Core.Events.Scalar>(out var scalar))
        {
            return new YamlValue.Scalar(Line(scalar), scalar.Value, scalar.Style == ScalarStyle.Plain);
        }

        return _parser.Accept<SequenceStart>(out _) ? Sequence(path, depth) : Mapping(path, depth);
    }

    private YamlValue.Sequence Sequence(string path, int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<YamlValue>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            RequireRoom(start, items.Count);
            if (Value($"{path}[{items.Count}]", depth + 1) is { } item)
            {
                items.Add(item);
            }
        }

        return new(Line(start), items);
    }

    private YamlValue.Mapping Mapping(string path, int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var entries = new List<(YamlValue.Scalar Key, YamlValue Value)>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            RequireRoom(start, entries.Count);
            var key = Value(path, depth + 1);
            var keyPath = path.Length == 0 ? key?.Shown ?? "" : $"{path}.{key?.Shown}";
            var value = Value(keyPath, depth + 1);
            if (key is not YamlValue.Scalar name)
            {
                _errors.Add(
                    new(key?.Line ?? Line(start), path, key?.Shown, "a key that is not text", "write key: value")
                );
            }
            else if (entries.FirstOrDefault(entry => entry.Key.Text == name.Text).Key is { } first)
            {
                _errors.Add(
                    new(name.Line, keyPath, value?.Shown, $"stands on line {first.Line} too", "keep one of them")
                );
            }
            else if (value is not null)
            {
                entries.Add((name, value));
            }
        }

        return new(Line(start), entries);
    }

    // What reads them looks at each for each other, so that a text of nothing but keys would keep it busy for minutes.
    private static void RequireRoom(ParsingEvent start, int entries)
    {
        if (entries >= MaxEntries)
        {
            throw new SyntaxErrorException(start.Start, start.End, $"more than {MaxEntries} entries in one place");
        }
    }

    private static int Line(ParsingEvent parsed) => (int)parsed.Start.Line;
}
