using System.Text.Json;
using Federated.Lab.Demo.Runs;

namespace Federated.EndToEnd.Tests;

/// <summary>What tests ask of the operator API's answers.</summary>
internal static class RunReading
{
    public static bool Is(this JsonElement state, string property, string value) =>
        state.GetProperty(property).GetString() == value;

    public static int OpenVersion(this JsonElement state) =>
        state.GetProperty("open") is { ValueKind: JsonValueKind.Object } open
            ? open.GetProperty("version").GetInt32()
            : -1;

    public static int AcceptedCount(this JsonElement state) =>
        state.GetProperty("open") is { ValueKind: JsonValueKind.Object } open
            ? open.GetProperty("accepted").GetArrayLength()
            : 0;

    public static async Task<IReadOnlyList<string>> DigestsAsync(this OperatorClient silo, string run)
    {
        var versions = await silo.VersionsAsync(run, TestContext.Current.CancellationToken);
        return [.. versions.OrderBy(version => version.Version).Select(version => version.AdapterDigest)];
    }
}
