using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Federated.Adapters;
using Federated.Aggregation;

namespace Federated.Silo.Tests;

/// <summary>Runs of three versions by every way to merge: what nodes get, what is pulled, and what a replay finds.</summary>
public sealed class MergedRunTests : IAsyncLifetime
{
    private readonly SiloUnderTest _silo = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _silo.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("svd", TrainedFactors.AB)]
    [InlineData("fedex", TrainedFactors.AB)]
    [InlineData("stack", TrainedFactors.AB)]
    [InlineData("average", TrainedFactors.AB)]
    [InlineData("alternating", TrainedFactors.Alternating)]
    [InlineData("ffa", TrainedFactors.Slices)]
    public async Task What_is_pulled_is_what_nodes_get_and_every_version_comes_out_again(
        string merge,
        TrainedFactors factors
    )
    {
        using (var run = await TestRun.StartAsync(_silo, $"aggregation: {{ merge: {merge} }}", factors))
        {
            for (var version = 0; version < 3; version++)
            {
                foreach (var node in new[] { run.First, run.Second })
                {
                    var work = await run.AssignmentAsync(node);
                    await CheckPulledAsync(run, node, work.BaseVersion, work.BaseDigest, work.ResidualDigest);
                    Assert.Equal(version, work.BaseVersion);
                    var update = run.RandomUpdate(version + (node == run.First ? 10 : 20), version);
                    var answer = await node.UploadAsync(work, update);
                    Assert.True(answer.Receipt is not null, $"{answer}");
                }
            }

            var reply = await run.First.CheckInAsync();
            Assert.True(reply.Ended is not null, $"{reply}");
            var ended = reply.Ended;
            await CheckPulledAsync(run, run.First, 3, ended.FinalDigest, ended.FinalResidualDigest);
            Assert.Equal(merge is "fedex" or "stack", ended.FinalResidualDigest.Length > 0);
            await CheckReportAsync(run, merge);
        }

        await _silo.StopAsync();
        var verdicts = await Replay.AllAsync(_silo);
        Assert.Equal([0, 1, 2, 3], verdicts.Select(verdict => verdict.Version));
        Assert.All(verdicts, verdict => Assert.Equal(VersionOutcome.Verified, verdict.Outcome));
    }

    // The version as a node puts it together, beside the PEFT folder on the original base model.
    private async Task CheckPulledAsync(TestRun run, TestNode node, long version, string digest, string residualDigest)
    {
        var adapter = await node.DownloadAsync(run.Digest, version);
        Assert.Equal(digest, Digest(adapter));
        IReadOnlyList<LayerProduct>? products = null;
        if (residualDigest.Length > 0)
        {
            var residual = await node.DownloadAsync(run.Digest, version, residual: true);
            Assert.Equal(residualDigest, Digest(residual));
            Assert.Equal(residual[50..], await node.DownloadAsync(run.Digest, version, 50, residual: true));
            products = ProductsReader.ReadAll(new MemoryStream(residual), ProductsKind.Residual, run.Layout);
        }

        var values = AdapterBlob.Read(new MemoryStream(adapter), run.Layout, AdapterBlobKind.Adapter);
        var held = PeftAdapter.Of(run.Layout, values, products, TinyModel.Name);
        var pulled = PeftAdapter.Read(await PullAsync(run, version));
        Assert.Equal(TinyModel.Name, pulled.BaseModelName);
        Assert.All(
            LayerDifference.Between(held, pulled),
            layer => Assert.InRange(layer.Distance, 0, 1e-6 * (1 + layer.FirstNorm))
        );
    }

    private async Task<string> PullAsync(TestRun run, long version)
    {
        using var client = _silo.Operator();
        var zip = await client.DownloadAsync($"/api/runs/{run.Digest}/adapter?version={version}", Cancellation);
        var folder = _folder.File($"pulled-{Guid.NewGuid():N}");
        using var bytes = new MemoryStream(zip);
        await ZipFile.ExtractToDirectoryAsync(bytes, folder, Cancellation);
        return folder;
    }

    private async Task CheckReportAsync(TestRun run, string merge)
    {
        using var client = _silo.Operator();
        var versions = await client.GetAsync<JsonElement>($"/api/runs/{run.Digest}/versions", Cancellation);
        var report = versions[2].GetProperty("merge");
        Assert.Equal(merge, report.GetProperty("method").GetString());
        var norms = report.GetProperty("updateNorms");
        Assert.Equal(merge == "ffa" ? 0 : 2, norms.ValueKind == JsonValueKind.Null ? 0 : norms.GetArrayLength());
        var loss = report.GetProperty("averagingLoss").GetDouble();
        var dropped = report.GetProperty("droppedTail").GetDouble();
        Assert.Equal(merge is not ("alternating" or "ffa"), loss > 0.01);
        Assert.Equal(merge is "svd" or "average", dropped > 0.01);
        Assert.Equal(merge == "svd" ? dropped : 0, report.GetProperty("carried").GetDouble(), 1e-6);
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
