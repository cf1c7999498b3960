using System.Buffers.Binary;
using System.Security.Cryptography;
using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Lab.Demo.Processes;

namespace Federated.EndToEnd.Tests;

/// <summary>Images in MNIST's files, a classifier that fedlab makes, a private run, and an adapter that has learnt.</summary>
public sealed class ImageRunTests : IDisposable
{
    private const int Side = 8;
    private const int Public = 100;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Organisations_teach_a_classifier_what_their_images_show()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (model, lines) = (In("model"), await RecordsAsync(Public + (3 * Organisations.RecordCount)));
        await Tool.RunAsync(
            ProgramFolder.Find("Federated.Lab", "fedlab"),
            [
                .. new[] { "classifier", "--image", $"1x{Side}x{Side}", "--convolutions", "4", "--hidden", "16" },
                .. new[] { "--labels", "upper,lower", "--out", model },
            ]
        );
        using var organisations = new Organisations(
            (name, i) => lines[Public + (Organisations.Names.ToList().IndexOf(name) * Organisations.RecordCount) + i]
        );
        await using var federation = await FederationUnderTest.StartAsync(
            organisations,
            $"shapes={model}",
            lines.Take(Public)
        );
        var run = await federation.Operator.SubmitAsync(Yaml(model, federation.PublicFile), cancellation);

        foreach (var name in Organisations.Names)
        {
            await federation.StartNodeAsync(name, "--epsilon", "100");
        }

        var after = await federation.UntilJudgedAsync(run, 2);

        // Half of the images are of either kind: the classifier as it was made may tell some, and no more.
        var before = Judge(model, federation.PublicFile);
        Assert.InRange(before.Accuracy!.Value, 0, 0.9);
        Assert.InRange(after.GetProperty("publicAccuracy").GetDouble(), 0.95, 1);
        Assert.True(after.GetProperty("publicLoss").GetDouble() < 0.7 * before.NatsPerToken);
    }

    public void Dispose() => _folder.Dispose();

    private static HeldOutLoss Judge(string model, string publicFile)
    {
        using var classifier = (ImageClassifier)BaseModel.Load(model).Model;
        var images = PublicRecords.Read(publicFile).EncodeImages(classifier);
        return HeldOutEvaluation.Evaluate(classifier, images, 4096, TestContext.Current.CancellationToken);
    }

    private static string Yaml(string model, string publicFile) =>
        $$"""
            name: shapes
            participants: { group: default }
            baseModel: { name: shapes, sha256: "{{BaseModelDigest.Compute(model)}}" }
            adapter: { rank: 4, alpha: 8, scaling: rslora, targets: [conv.0, fc.0], factors: b, seed: 3 }
            privacy: { noiseMultiplier: 0.6, maxGradNorm: 1.0, expectedBatchSize: 20, maxSamplingRate: 0.15, delta: 1.0e-3 }
            local: { steps: 20, optimizer: { name: adamw, learningRate: 0.02 } }
            evaluation: { data: public, sha256: "{{Convert.ToHexStringLower(
                SHA256.HashData(File.ReadAllBytes(publicFile))
            )}}" }
            rounds: { versions: 2, close: { cohort: 3, quorum: 3, deadline: 1h } }
            """;

    // The upper half of an image is bright, or the lower one, each pixel with noise of its own.
    private async Task<string[]> RecordsAsync(int count)
    {
        var random = new Random(5);
        var labels = Enumerable.Range(0, count).Select(i => (byte)(i % 2)).ToArray();
        var pixels = labels.SelectMany(label =>
            Enumerable
                .Range(0, Side * Side)
                .Select(place => (byte)((place / (Side * Side / 2) == label ? 100 : 0) + random.Next(150)))
        );
        await WriteIdxAsync("images", [count, Side, Side], [.. pixels]);
        await WriteIdxAsync("labels", [count], labels);
        await Tool.RunAsync(
            ProgramFolder.Find("Federated.ClientNode", "fednode"),
            [
                .. new[] { "records", "--images", In("images"), "--labels", In("labels") },
                .. new[] { "--names", "upper,lower", "--out", In("records.jsonl") },
            ]
        );
        return await File.ReadAllLinesAsync(In("records.jsonl"), TestContext.Current.CancellationToken);
    }

    private Task WriteIdxAsync(string name, int[] sizes, byte[] bytes)
    {
        var header = new byte[4 + (4 * sizes.Length)];
        (header[2], header[3]) = (8, (byte)sizes.Length);
        foreach (var (i, size) in sizes.Index())
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), size);
        }

        return File.WriteAllBytesAsync(In(name), [.. header, .. bytes], TestContext.Current.CancellationToken);
    }

    private string In(string name) => _folder.File(name);
}
