using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Federated.Adapters;

namespace Federated.Silo.Tests;

/// <summary>A run whose A factors are a file: sent by the operator, fetched by nodes, in what is pulled, and needed to make versions again.</summary>
public sealed class InitialFactorsRunTests : IAsyncLifetime
{
    private readonly SiloUnderTest _silo = new();
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _file = InitialFactors.Encode(
        TinyModel
            .Layout(0)
            .Tensors.Select(tensor => new InitialFactor(
                tensor.Path,
                tensor.Rank,
                tensor.InFeatures,
                FrozenFactor.Create(77, tensor.Path, tensor.Rank, tensor.InFeatures)
            ))
    );

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Digest => Convert.ToHexStringLower(SHA256.HashData(_file));

    public ValueTask InitializeAsync() => _silo.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Nodes_get_the_file_pulled_adapters_hold_its_A_and_versions_come_out_again()
    {
        using (var run = await StartAsync())
        {
            Assert.Equal(_file, await run.First.DownloadInitialFactorsAsync(run.Digest));
            await run.ReportAsync(0.5f, 0.25f);
            using var client = _silo.Operator();
            await ZipFile.ExtractToDirectoryAsync(
                new MemoryStream(await client.DownloadAsync($"/api/runs/{run.Digest}/adapter", Cancellation)),
                _folder.Path,
                Cancellation
            );
            var pulled = PeftAdapter.Read(_folder.Path);
            Assert.All(
                pulled.Layers.Zip(run.Layout.Tensors),
                layer => Assert.Equal(run.Layout.InitialA(layer.Second), layer.First.A.ToArray())
            );
            // After a restart the layout is made again from the blob.
            await _silo.RestartAsync();
            using var first = run.First.At(_silo.Host.GrpcAddress);
            Assert.Equal(1, (await run.AssignmentAsync(first)).BaseVersion);
        }

        await _silo.StopAsync();
        var verdicts = await Replay.AllAsync(_silo);
        Assert.Equal(
            [(0, VersionOutcome.Verified), (1, VersionOutcome.Verified)],
            verdicts.Select(verdict => (verdict.Version, verdict.Outcome))
        );

        var blob = Path.Combine(_silo.Data, "blobs", Digest[..2], Digest);
        var other = InitialFactors.Read(_file).Factors.Select(factor => factor with { Values = Turned(factor) });
        await File.WriteAllBytesAsync(blob, InitialFactors.Encode(other), Cancellation);
        Assert.All(
            await Replay.AllAsync(_silo),
            verdict =>
            {
                Assert.Equal(VersionOutcome.NotReplayable, verdict.Outcome);
                Assert.Contains(Digest, verdict.Detail, StringComparison.Ordinal);
            }
        );
    }

    [Fact]
    public async Task A_run_whose_file_is_not_here_is_refused_and_so_is_a_file_that_is_none()
    {
        using var client = _silo.Operator();
        var error = await Assert.ThrowsAsync<SiloRefusalException>(() =>
            TestRun.SubmitAsync(_silo, Naming(_silo.Document(SiloUnderTest.NextSeed(), "{ group: default }", 2)))
        );
        Assert.Contains("--initial-factors", error.Message, StringComparison.Ordinal);
        using var body = new ByteArrayContent(_file[..^4]);
        error = await Assert.ThrowsAsync<SiloRefusalException>(() =>
            client.PostAsync<StoredFactors>("/api/initial-factors", body, Cancellation)
        );
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.False(Directory.Exists(Path.Combine(_silo.Data, "blobs", Digest[..2])));
    }

    [Fact]
    public async Task Only_with_the_operator_s_token_is_a_file_taken()
    {
        using var http = new HttpClient { BaseAddress = _silo.Host.HttpAddress };
        using var body = new ByteArrayContent(_file);
        using var answer = await http.PostAsync(new Uri("/api/initial-factors", UriKind.Relative), body, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private async Task<TestRun> StartAsync()
    {
        using var client = _silo.Operator();
        using var body = new ByteArrayContent(_file);
        var stored = await client.PostAsync<StoredFactors>("/api/initial-factors", body, Cancellation);
        Assert.Equal(Digest, stored.Sha256);
        return await TestRun.StartAsync(_silo, change: Naming, initial: InitialFactors.Read(_file));
    }

    private string Naming(string document) =>
        document.Replace(
            "scaling: rslora",
            $"scaling: rslora, initialisation: {{ method: eva, sha256: \"{Digest}\" }}",
            StringComparison.Ordinal
        );

    private static float[] Turned(InitialFactor factor) => [.. factor.Values.ToArray().Select(value => -value)];
}
