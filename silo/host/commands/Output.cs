using System.Text.Json;

namespace Federated.Silo;

/// <summary>Plain text for people, JSON for programs.</summary>
internal static class Output
{
    public static void Json<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value, SiloJson.Indented));

    /// <summary>Rows under a head, in columns as wide as their widest cell.</summary>
    public static void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = new List<IReadOnlyList<string>> { head };
        all.AddRange(rows);
        var widths = head.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        foreach (var row in all)
        {
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
