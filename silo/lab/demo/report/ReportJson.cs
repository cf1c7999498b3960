using System.Text.Encodings.Web;
using System.Text.Json;

namespace Federated.Lab.Demo.Reports;

/// <summary>The report as JSON: camelCase, indented.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One JSON document.</summary>
    public static string Write(DemoReport report) => JsonSerializer.Serialize(report, Options);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">It is not a report.</exception>
    public static DemoReport Read(string json) =>
        JsonSerializer.Deserialize<DemoReport>(json, Options) ?? throw new JsonException("The report is empty.");
}
