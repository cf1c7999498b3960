using System.Security.Cryptography;
using System.Text.Json;
using Federated.Protocol;

namespace Federated.ClientNode.Tests;

/// <summary>An audit of a run trains the run's own model on the owner's records, and leaves no trace in the node's folder.</summary>
[Collection(Alone.Name)] // tensors
public sealed class PrivacyAuditOfRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Canaries_join_the_owners_records_in_memory_only()
    {
        var document = Some.Run("gaussian", steps: 2);
        var digest = Offer(document);
        using var home = NodeHome.OpenToRead(_folder.Path);
        var before = Files();
        var request = new AuditRequest
        {
            Kind = AuditKind.OneRun,
            NoiseMultiplier = 20,
            MaxGradNorm = document.Privacy.MaxGradNorm,
            ExpectedBatchSize = document.Privacy.ExpectedBatchSize,
            Delta = 1e-5,
            SamplingRate = 0.05,
            Steps = 1,
            Dimension = 16,
            Size = 24,
            Guesses = 24,
            Significance = 0.01,
            Noise = AuditNoise.Seeded(1),
        };
        var random = new Random(3);

        using var subject = AuditSubject.OfRun(
            home,
            digest,
            new TrainingMachine("cpu"),
            TestContext.Current.CancellationToken
        );
        var report = new PrivacyAudit(request, _ => { }).Training(
            subject,
            () => (ulong)random.NextInt64(),
            TestContext.Current.CancellationToken
        );

        Assert.True(report.Result.Holds, $"{report.Result}");
        Assert.Contains("some-run", report.Subject, StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task A_consented_run_is_audited_with_its_own_noise_and_size()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        await node.RunAsync();
        await File.WriteAllTextAsync(
            Path.Combine(node.Folder, "node.yaml"),
            NodeSettingsYaml.Write(node.Settings),
            TestContext.Current.CancellationToken
        );

        var (exit, text, _) = await FednodeProcess.RunAsync(
            $"privacy audit --run some-run --home {node.Folder} --size 600 --significance 1e-9 --json"
        );
        Assert.Equal(0, exit);
        using var mechanism = JsonDocument.Parse(text);
        var layout = AdaptedModel.LayoutOf(Some.Run("gaussian", versions: 1), RepositoryFolder.BaseDocs);
        Assert.Contains(
            $" {layout.Count} numbers",
            mechanism.RootElement.GetProperty("subject").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal(1, mechanism.RootElement.GetProperty("noiseMultiplier").GetDouble());

        (exit, text, _) = await FednodeProcess.RunAsync(
            $"privacy audit --run some-run --home {node.Folder} --size 600 --without-noise --json"
        );
        Assert.Equal(1, exit);
        using (var silent = JsonDocument.Parse(text))
        {
            Assert.False(silent.RootElement.GetProperty("holds").GetBoolean());
        }

        // Records enough for a verdict that chance refutes once in a thousand million times.
        await File.WriteAllTextAsync(
            node.Settings.Source.Path,
            Some.Records(400),
            TestContext.Current.CancellationToken
        );
        (exit, text, _) = await FednodeProcess.RunAsync(
            $"privacy audit --kind membership --run some-run --home {node.Folder} --noise-multiplier 40 --significance 1e-9 --json"
        );
        Assert.Equal(0, exit);
        using var membership = JsonDocument.Parse(text);
        Assert.Contains(
            "some-run",
            membership.RootElement.GetProperty("subject").GetString(),
            StringComparison.Ordinal
        );
        Assert.True(membership.RootElement.GetProperty("holds").GetBoolean());
        Assert.Equal(2, membership.RootElement.GetProperty("steps").GetInt32());
    }

    public void Dispose() => _folder.Dispose();

    private string Offer(RunDocument document)
    {
        var bytes = CanonicalRunDocument.Bytes(document);
        var digest = CanonicalRunDocument.Digest(bytes);
        Secrets.CopyTo(_folder.Path);
        using var home = NodeHome.OpenToWork(_folder.Path);
        var settings = Some.Settings(_folder.Write("data.jsonl", Some.Records(40)));
        File.WriteAllText(home.SettingsFile, NodeSettingsYaml.Write(settings));
        new OfferedRuns(home, TimeProvider.System).Keep(new CheckInAnswer.Offer(digest, [.. bytes]));
        return digest;
    }

    private Dictionary<string, string> Files() =>
        Directory
            .EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
            .ToDictionary(
                file => file,
                file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))),
                StringComparer.Ordinal
            );
}
