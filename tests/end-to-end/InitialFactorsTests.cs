using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Federated.Adapters;

namespace Federated.EndToEnd.Tests;

/// <summary>EVA as an operator uses it: factors from public text, a run that names them, an adapter that holds them, and a replay.</summary>
public sealed class InitialFactorsTests : IDisposable
{
    private readonly Organisations _organisations = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Factors_from_public_text_are_trained_with_and_come_home()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var federation = await FederationUnderTest.StartAsync(_organisations);
        var (run, text, file) = (In("run.yaml"), In("public.jsonl"), In("eva.safetensors"));
        var yaml = RunYaml.Of("gaussian", steps: 1).Replace("versions: 3", "versions: 2", StringComparison.Ordinal);
        await File.WriteAllTextAsync(run, yaml, cancellation);
        await File.WriteAllLinesAsync(text, Enumerable.Range(0, 60).Select(Record), cancellation);
        Assert.Equal(
            0,
            await federation.RunSiloProgramAsync([
                .. new[] { "adapter", "init", "--run", run, "--base-model", FederationUnderTest.ModelFolder },
                .. new[] { "--data", text, "--out", file, "--threads", "1" },
            ])
        );

        var initial = InitialFactors.Read(await File.ReadAllBytesAsync(file, cancellation));
        var named = yaml.Replace("seed: 3", $"seed: 3, {Keys(initial)}", StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => federation.Operator.SubmitAsync(named, cancellation));
        await federation.Operator.StoreInitialFactorsAsync(file, cancellation);
        var digest = await federation.Operator.SubmitAsync(named, cancellation);
        foreach (var name in Organisations.Names)
        {
            await federation.StartNodeAsync(name, "--threads", "1");
        }

        await federation.UntilAsync(digest, "the run's end", state => state.Is("state", "completed"));
        using var zip = new ZipArchive(new MemoryStream(await federation.Operator.AdapterAsync(digest, cancellation)));
        await zip.ExtractToDirectoryAsync(In("adapter"), cancellation);
        foreach (var layer in PeftAdapter.Read(In("adapter")).Layers)
        {
            Assert.Equal(initial.Of(layer.Path, layer.Rank, layer.InFeatures), layer.A.ToArray());
        }

        await federation.StopSiloAsync();
        Assert.Equal(0, await federation.RunSiloProgramAsync("verify", "--data", federation.SiloFolder));
    }

    public void Dispose()
    {
        _organisations.Dispose();
        _folder.Dispose();
    }

    private static string Keys(InitialFactors initial)
    {
        var keys = new StringBuilder();
        keys.AppendJoin(", ", initial.Factors.Select(factor => $"{factor.Path}: {factor.Rank}"));
        return $"rankPattern: {{ {keys} }}, initialisation: {{ method: eva, sha256: \"{initial.Sha256}\" }}";
    }

    private static string Record(int i) =>
        JsonSerializer.Serialize(new { text = $"Gets the value of item {i} from the table of {i % 7} rows." });

    private string In(string name) => _folder.File(name);
}
