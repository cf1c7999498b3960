using System.Text.Json;

namespace Federated.Aggregation.Tests;

internal static class Vectors
{
    public static JsonElement Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "vectors", name));
        return JsonDocument.Parse(file).RootElement.Clone();
    }

    public static double[] Doubles(this JsonElement array) => [.. array.EnumerateArray().Select(x => x.GetDouble())];

    public static double[,] Matrix(this JsonElement rows)
    {
        var values = rows.EnumerateArray().Select(Doubles).ToArray();
        var matrix = new double[values.Length, values[0].Length];
        for (var i = 0; i < values.Length; i++)
        {
            for (var j = 0; j < values[i].Length; j++)
            {
                matrix[i, j] = values[i][j];
            }
        }

        return matrix;
    }

    /// <summary>One case of aggregation.json: known answers of other platforms' own tests.</summary>
    public static JsonElement Case(string id) =>
        Read("aggregation.json")
            .GetProperty("cases")
            .EnumerateArray()
            .Single(known => known.GetProperty("id").GetString() == id);
}
