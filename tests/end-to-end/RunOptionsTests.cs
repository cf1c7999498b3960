using System.IO.Compression;
using System.Text;
using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.EndToEnd.Tests;

/// <summary>
/// Ways to train, to send and to merge that are not the default, each through real processes: a version is published from every node's
/// update, an adapter comes home, and the journal replays to the same bytes.
/// </summary>
public sealed class RunOptionsTests : IDisposable
{
    private readonly Organisations _organisations = new();

    /// <summary>What is changed in the run document, under which key of it.</summary>
    public static TheoryData<string, string> Options =>
        new()
        {
            { "best rank of the exact product", "factors: ab | merge: svd" },
            { "exact residual", "factors: ab | merge: fedex" },
            { "stacked adapters", "factors: ab | merge: stack" },
            { "slices, declared weights", "factors: slices | weights: declared" },
            { "fewer directions", "rankAllocation: { targetRank: 1, from: 1, to: 2 }" },
            { "one factor a version", "factors: alternating | merge: alternating" },
            {
                "adaptive server, eight-bit updates",
                "updateDtype: int8 | serverOptimizer: { name: adam, learningRate: 0.01 }"
            },
            { "noised metrics", "metrics: { noised: { noiseMultiplier: 8, every: 1 } }" },
            { "four-bit base, momentum", "precision: nf4 | serverOptimizer: { name: avgm, learningRate: 1.0 }" },
        };

    [Theory]
    [MemberData(nameof(Options))]
    public async Task A_run_goes_to_its_end_and_replays(string what, string options)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var federation = await FederationUnderTest.StartAsync(_organisations);
        var run = await federation.Operator.SubmitAsync(Document(what, options), cancellation);
        foreach (var name in Organisations.Names)
        {
            await federation.StartNodeAsync(
                name,
                "--threads",
                "1",
                "--checkpoint-activations",
                "--allow-test-noise",
                "--allow-metrics",
                "--share-declared-records"
            );
        }

        await federation.UntilAsync(run, "the run's end", state => state.Is("state", "completed"));
        Assert.Equal(2 * Organisations.Names.Count, await MergedAsync(federation, run));
        // A metric goes with an update or the silo refuses it; the ledger has it too.
        var metrics = options.StartsWith("metrics", StringComparison.Ordinal) ? 2 : 0;
        Assert.All(Organisations.Names, name => Assert.Equal(metrics, Metrics(federation.HomeOf(name))));
        using var adapter = new ZipArchive(new MemoryStream(await federation.Operator.AdapterAsync(run, cancellation)));
        Assert.Contains(adapter.Entries, entry => entry.FullName == "adapter_model.safetensors");
        await federation.StopSiloAsync();
        Assert.Equal(0, await federation.RunSiloProgramAsync("verify", "--data", federation.SiloFolder));
    }

    public void Dispose() => _organisations.Dispose();

    private static async Task<int> MergedAsync(FederationUnderTest federation, string run)
    {
        var versions = await federation.Operator.VersionsAsync(run, TestContext.Current.CancellationToken);
        return versions.Sum(version => version.Updates.Count);
    }

    private static long Metrics(string home) =>
        PrivacyLedger
            .Read(Path.Combine(home, "ledger.jsonl"))
            .Entries.OfType<SealedEntry>()
            .Sum(entry => entry.Metrics);

    // The small run with some keys changed; the way the options are written is the way a person would edit the file.
    private static string Document(string what, string options)
    {
        var yaml = new StringBuilder(RunYaml.Of("gaussian", steps: 1))
            .Replace($"versions: {RunYaml.Versions}", "versions: 2")
            .Replace("name: small", $"name: {what.Replace(' ', '-').Replace(",", "", StringComparison.Ordinal)}");
        var aggregation = new List<string>();
        foreach (var option in options.Split(" | "))
        {
            var key = option[..option.IndexOf(':', StringComparison.Ordinal)];
            _ = key switch
            {
                "factors" => yaml.Replace("factors: b", option),
                "updateDtype" or "rankAllocation" => yaml.Replace("factors: b", $"factors: b, {option}"),
                "metrics" => yaml.Append($"\n{option}\n"),
                "precision" => yaml.Replace(
                    "  name: base-docs",
                    $"  name: base-docs\n  {option}\n  packedSha256: {Packed()}"
                ),
                _ => Add(aggregation, option, yaml),
            };
        }

        if (aggregation.Count > 0)
        {
            yaml.Append($"\naggregation: {{ {string.Join(", ", aggregation)} }}\n");
        }

        RunDocumentYaml.Parse(yaml.ToString()); // a mistake here should be told here
        return yaml.ToString();
    }

    private static StringBuilder Add(List<string> aggregation, string option, StringBuilder yaml)
    {
        aggregation.Add(option);
        return yaml;
    }

    private static string Packed()
    {
        using var model = BaseModel.Load(FederationUnderTest.ModelFolder, BasePrecision.Nf4);
        return PackedDigest.Of(model.Model)!;
    }
}
