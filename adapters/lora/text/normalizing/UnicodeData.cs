using System.Collections.Frozen;
using System.Globalization;

namespace Federated.Adapters.Text;

/// <summary>
/// What normalisation needs of the Unicode Character Database. The runtime's own tables are not there when it runs without culture data,
/// and a tokenizer must give the same ids on every machine.
/// </summary>
internal static class UnicodeData
{
    private const string Resource = "unicode-decompositions.txt";

    static UnicodeData()
    {
        var classes = new Dictionary<int, byte>();
        var canonical = new Dictionary<int, int[]>();
        var compatible = new Dictionary<int, int[]>();
        var composed = new Dictionary<(int, int), int>();
        using var stream =
            typeof(UnicodeData).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {Resource}.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            var fields = line.Split(';');
            var code = Hexadecimal(fields[0]);
            if (fields[1].Length > 0)
            {
                classes[code] = byte.Parse(fields[1], CultureInfo.InvariantCulture);
            }

            var to = fields[2];
            if (to.Length == 0)
            {
                continue;
            }

            int[] parts = [.. to.TrimStart('<', '!').Split(' ').Select(Hexadecimal)];
            (to[0] == '<' ? compatible : canonical)[code] = parts;
            if (char.IsAsciiHexDigit(to[0]))
            {
                composed[(parts[0], parts[1])] = code;
            }
        }

        (CombiningClasses, Canonical, Compatible, Composed) = (
            classes.ToFrozenDictionary(),
            canonical.ToFrozenDictionary(),
            compatible.ToFrozenDictionary(),
            composed.ToFrozenDictionary()
        );
    }

    /// <summary>Combining classes other than 0.</summary>
    public static FrozenDictionary<int, byte> CombiningClasses { get; }

    /// <summary>Canonical decompositions, one step, Hangul aside.</summary>
    public static FrozenDictionary<int, int[]> Canonical { get; }

    /// <summary>Compatibility decompositions, one step.</summary>
    public static FrozenDictionary<int, int[]> Compatible { get; }

    /// <summary>Pairs that compose, Hangul aside.</summary>
    public static FrozenDictionary<(int First, int Second), int> Composed { get; }

    private static int Hexadecimal(string text) =>
        int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
