using System.Globalization;

namespace Federated.Lab.Simulate;

/// <summary>Virtual nodes by name: "node-7" is the eighth.</summary>
internal static class NodeNames
{
    private const string Prefix = "node-";

    /// <summary>A node's name.</summary>
    public static string Of(int node) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{node}");

    /// <summary>The number of a name or of plain digits; null = neither.</summary>
    public static int? NumberOf(string name)
    {
        var digits = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var node) ? node : null;
    }
}
