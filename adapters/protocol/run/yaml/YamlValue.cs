namespace Federated.Protocol;

/// <summary>A node of a YAML text with the line it begins on.</summary>
/// <param name="Line">From 1.</param>
internal abstract record YamlValue(int Line)
{
    /// <summary>What stands there, as short text.</summary>
    public abstract string Shown { get; }

    /// <summary>A single value. Plain means not in quotes.</summary>
    public sealed record Scalar(int Line, string Text, bool Plain) : YamlValue(Line)
    {
        /// <summary>Whether it stands for nothing: an empty value, ~ or null.</summary>
        public bool IsNull => Plain && Text is "" or "~" or "null";

        public override string Shown => Text;
    }

    /// <summary>A list.</summary>
    public sealed record Sequence(int Line, IReadOnlyList<YamlValue> Items) : YamlValue(Line)
    {
        public override string Shown => "[" + string.Join(", ", Items.Select(item => item.Shown)) + "]";
    }

    /// <summary>Keys and values in the order of the text.</summary>
    public sealed record Mapping(int Line, IReadOnlyList<(Scalar Key, YamlValue Value)> Entries) : YamlValue(Line)
    {
        public override string Shown => "{…}";
    }
}
