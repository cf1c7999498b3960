using System.Text.Json;

namespace Federated.Privacy.Accounting.Tests;

/// <summary>Known answers, from other implementations and 50-digit arithmetic; each file names its source.</summary>
internal static class Vectors
{
    public static JsonElement Load(string file)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", file);
        return JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
    }

    public static IEnumerable<JsonElement> Rows(string file, string property = "rows") =>
        Load(file).GetProperty(property).EnumerateArray();

    public static double Number(this JsonElement row, string name) => row.GetProperty(name).GetDouble();

    public static double? Optional(this JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    public static RepeatedEvent Plan(double rate, double noise, long steps) =>
        new(new PoissonSampledGaussianEvent(rate, noise), steps);
}
