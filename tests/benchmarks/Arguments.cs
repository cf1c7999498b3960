using System.Globalization;

namespace Federated.Benchmarks;

/// <summary>--name value pairs.</summary>
internal sealed class Arguments(string[] words)
{
    public string Text(string name, string fallback)
    {
        var at = Array.IndexOf(words, "--" + name);
        return at >= 0 && at + 1 < words.Length ? words[at + 1] : fallback;
    }

    public int Integer(string name, int fallback) =>
        int.Parse(Text(name, fallback.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
}
