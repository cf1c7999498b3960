using System.Globalization;
using System.Security.Cryptography;
using Federated.Adapters.Models;

namespace Federated.Silo.Tests;

/// <summary>A silo in this process, shared by the tests of a class; each test has runs and nodes of its own.</summary>
public sealed class SiloUnderTest : IAsyncLifetime
{
    private static int _seeds;

    private readonly TemporaryFolder _folder = new();

    internal SiloHost Host { get; private set; } = null!;

    internal string ModelDigest { get; private set; } = "";

    internal string Data => _folder.File("data");

    internal string PublicFile => _folder.File("public.jsonl");

    internal string PublicDigest { get; private set; } = "";

    private SiloOptions Options =>
        new()
        {
            Data = Data,
            GrpcPort = 0,
            HttpPort = 0,
            LogToConsole = false,
            Models = new Dictionary<string, string>
            {
                [TinyModel.Name] = _folder.File("model"),
                ["docs"] = RepositoryFolder.BaseDocs, // which a silo can run
            },
            PublicData = new Dictionary<string, string> { ["public"] = PublicFile },
        };

    public async ValueTask InitializeAsync()
    {
        TinyModel.Write(_folder.File("model"));
        ModelDigest = BaseModelDigest.Compute(_folder.File("model"));
        File.WriteAllText(
            PublicFile,
            "{\"text\": \"Gets the value.\"}\n{\"prompt\": \"Sets\", \"completion\": \" the name.\"}\n"
        );
        PublicDigest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(PublicFile)));
        Host = await SiloHost.StartAsync(Options);
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        Host = await SiloHost.StartAsync(Options);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    public async Task StopAsync() => await Host.DisposeAsync();

    /// <summary>A client of the operator API, as the operator.</summary>
    internal SiloClient Operator() => new(Host.HttpAddress, Host.OperatorToken);

    internal static long NextSeed() => Interlocked.Increment(ref _seeds);

    /// <summary>A document that no other test submits.</summary>
    internal string Document(long seed, string participants, int cohort) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            participants: {{participants}}
            baseModel: { name: {{TinyModel.Name}}, sha256: "{{ModelDigest}}" }
            adapter: { rank: 4, alpha: 8, scaling: rslora, targets: [q_proj, v_proj], seed: {{seed}} }
            privacy: { noiseMultiplier: 1.0, maxGradNorm: 1.0, expectedBatchSize: 8 }
            local: { steps: 2, optimizer: { name: adamw, learningRate: 2.0e-3 }, maxSequenceLength: 32 }
            rounds: { versions: 3, close: { cohort: {{cohort}} }, maxStaleness: 5 }
            """
        );
}
