using System.Globalization;

namespace Federated.Protocol;

/// <summary>
/// Reads the keys of one mapping, collecting errors instead of throwing, so that a person sees all of them at once. A value that
/// is missing or wrong gives the default, and rules are not applied to a path that already has an error.
/// </summary>
internal sealed class SectionReader
{
    private readonly ReadContext _context;
    private readonly YamlValue.Mapping? _mapping;
    private readonly string _path;
    private readonly List<string> _known = [];

    public SectionReader(ReadContext context, YamlValue.Mapping? mapping, string path)
    {
        (_context, _mapping, _path) = (context, mapping, path);
        context.Sections.Add(this);
    }

    /// <summary>Whether the document has the section.</summary>
    public bool IsPresent => _mapping is not null;

    /// <summary>A section below this one; when it must be there and is not, that is an error.</summary>
    public SectionReader Section(string key, bool required = false)
    {
        var value = Find(key);
        if (value is null && required)
        {
            Missing(key);
        }

        if (value is not null and not YamlValue.Mapping)
        {
            Wrong(key, value, "not a section", "write keys below it, or { key: value }");
        }

        return new SectionReader(_context, value as YamlValue.Mapping, PathOf(key));
    }

    /// <summary>A section below this one; the word stands for none.</summary>
    public SectionReader SectionOr(string key, string word) =>
        Find(key) is YamlValue.Scalar scalar && scalar.Text == word
            ? new SectionReader(_context, null, PathOf(key))
            : Section(key);

    /// <summary>A section below this one, or null when it is not there.</summary>
    public SectionReader? OptionalSection(string key) => Find(key) is null ? null : Section(key);

    public string? OptionalText(string key) => Scalar(key)?.Text;

    public string Text(string key, string fallback) => Scalar(key)?.Text ?? fallback;

    public string RequiredText(string key)
    {
        var scalar = Scalar(key);
        if (scalar is null)
        {
            Missing(key);
        }

        return scalar?.Text ?? "";
    }

    public int Integer(string key, int fallback) => OptionalInteger(key) ?? fallback;

    public int? OptionalInteger(string key) =>
        Number(
            key,
            "a whole number such as 8",
            (string text, out int value) =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
        );

    public int RequiredInteger(string key)
    {
        var value = OptionalInteger(key);
        if (value is null && !_context.HasError(PathOf(key)))
        {
            Missing(key);
        }

        return value ?? 0;
    }

    public long Long(string key, long fallback) =>
        Number(
            key,
            "a whole number such as 0",
            (string text, out long value) =>
                long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
        ) ?? fallback;

    public double Double(string key, double fallback) => OptionalDouble(key) ?? fallback;

    public double RequiredDouble(string key)
    {
        var value = OptionalDouble(key);
        if (value is null && !_context.HasError(PathOf(key)))
        {
            Missing(key);
        }

        return value ?? 0;
    }

    /// <summary>Numbers by name, where the names are the writer's own.</summary>
    public IReadOnlyDictionary<string, double> Doubles(string key, IReadOnlyDictionary<string, double> fallback) =>
        ByName(key, fallback, (section, name) => section.OptionalDouble(name));

    /// <summary>Whole numbers by name, where the names are the writer's own.</summary>
    public IReadOnlyDictionary<string, int> Integers(string key, IReadOnlyDictionary<string, int> fallback) =>
        ByName(key, fallback, (section, name) => section.OptionalInteger(name));

    public bool Boolean(string key, bool fallback)
    {
        if (Scalar(key) is not { } scalar)
        {
            return fallback;
        }

        if (scalar is { Plain: true, Text: "true" or "false" })
        {
            return scalar.Text == "true";
        }

        Wrong(key, scalar, "not yes or no", "write true or false, without quotes");
        return fallback;
    }

    public TimeSpan Duration(string key, TimeSpan fallback) => OptionalDuration(key) ?? fallback;

    public TimeSpan? OptionalDuration(string key)
    {
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        if (Durations.TryParse(scalar.Text, out var duration))
        {
            return duration;
        }

        Wrong(key, scalar, "not a duration", "write a number and ms, s, m, h or d, such as 10m");
        return null;
    }

    /// <summary>A whole number, or a word that stands for none.</summary>
    public int? IntegerOr(string key, string word) =>
        Find(key) is YamlValue.Scalar scalar && scalar.Text == word ? null : OptionalInteger(key);

    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string> fallback)
    {
        var value = Find(key);
        if (value is null)
        {
            return fallback;
        }

        if (value is YamlValue.Sequence list && list.Items.All(item => item is YamlValue.Scalar { IsNull: false }))
        {
            return [.. list.Items.Cast<YamlValue.Scalar>().Select(item => item.Text)];
        }

        Wrong(key, value, "not a list of names", "write [a, b]");
        return fallback;
    }

    /// <summary>Names a key that the design knows and this version does not, so that its error says so.</summary>
    public void NotYet(string key, string fix)
    {
        if (Find(key) is { } value)
        {
            Wrong(key, value, "this version cannot honour it", fix);
        }
    }

    /// <summary>Reports keys that nobody asked for.</summary>
    public void ReportUnknown(IReadOnlyList<SectionReader> all)
    {
        foreach (var (key, value) in _mapping?.Entries ?? [])
        {
            if (_known.Contains(key.Text))
            {
                continue;
            }

            var path = PathOf(key.Text);
            var elsewhere = all.FirstOrDefault(section => section._known.Contains(key.Text));
            var fix =
                Spelling.Nearest(key.Text, _known) is { } near ? $"did you mean {near}?"
                : elsewhere is not null ? $"it belongs to {elsewhere.PathOf(key.Text)}"
                : $"known here: {string.Join(", ", _known)}";
            _context.Add(new(key.Line, path, value.Shown, "unknown key", fix));
        }
    }

    private IReadOnlyDictionary<string, T> ByName<T>(
        string key,
        IReadOnlyDictionary<string, T> fallback,
        Func<SectionReader, string, T?> read
    )
        where T : struct
    {
        if (Find(key) is null)
        {
            return fallback;
        }

        var numbers = new Dictionary<string, T>(StringComparer.Ordinal);
        var section = Section(key);
        foreach (var (name, _) in section._mapping?.Entries ?? [])
        {
            if (read(section, name.Text) is { } number)
            {
                numbers[name.Text] = number;
            }
        }

        return numbers;
    }

    private delegate bool Parsing<T>(string text, out T value);

    public double? OptionalDouble(string key) =>
        Number(
            key,
            "a number such as 1.0e-6",
            (string text, out double value) =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
                && double.IsFinite(value)
        );

    private T? Number<T>(string key, string fix, Parsing<T> parse)
        where T : struct
    {
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        if (scalar.Plain && parse(scalar.Text, out var value))
        {
            return value;
        }

        Wrong(key, scalar, "not a number this key can have", $"write {fix}, without quotes");
        return null;
    }

    private YamlValue.Scalar? Scalar(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlValue.Scalar scalar:
                return scalar;
            case var other:
                Wrong(key, other, "not a single value", "write one value");
                return null;
        }
    }

    // An empty value is the same as no key.
    private YamlValue? Find(string key)
    {
        _known.Add(key);
        var entry = _mapping?.Entries.FirstOrDefault(candidate => candidate.Key.Text == key);
        if (entry?.Value is not { } value)
        {
            return null;
        }

        _context.Lines[PathOf(key)] = entry.Value.Key.Line;
        return value is YamlValue.Scalar { IsNull: true } ? null : value;
    }

    private void Missing(string key) =>
        _context.Add(new(_mapping?.Line ?? 1, PathOf(key), null, "missing", $"add {key}"));

    private void Wrong(string key, YamlValue value, string reason, string fix) =>
        _context.Add(new(value.Line, PathOf(key), value.Shown, reason, fix));

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";
}
