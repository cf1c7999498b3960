using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Federated.Protocol.Tests;

public sealed class CanonicalRunDocumentTests
{
    [Fact]
    public void The_bytes_of_format_1_do_not_change_between_releases()
    {
        var golden = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "run-document-v1.json"));
        var document = RunDocumentYaml.Parse(Documents.Full);
        Assert.Equal(Encoding.UTF8.GetString(golden), Encoding.UTF8.GetString(CanonicalRunDocument.Bytes(document)));
        Assert.Equal(
            "6209a8c87fe20e5c0059a6b53023a20e6016507bc3353d05e651b27da59a0f9e",
            CanonicalRunDocument.Digest(document)
        );
    }

    [Fact]
    public void Order_style_comments_and_written_defaults_do_not_change_it()
    {
        var written = """
            rounds: {close: {cohort: 5, grace: 0ms}, versions: 20}
            privacy:
              unit: record
              noiseMultiplier: 1.000
            adapter: {targets: [v_proj, q_proj], alpha: 1.6e1}
            baseModel:
            """;
        var digest = CanonicalRunDocument.Digest(RunDocumentYaml.Parse(Documents.Least));
        var text =
            $"{written}\n  sha256: '{Documents.Sha256}' # frozen\n  name: base-docs-2m\nparticipants:\n  group: \"hospitals\"\n";
        Assert.Equal(digest, CanonicalRunDocument.Digest(RunDocumentYaml.Parse(text)));
    }

    [Fact]
    public void Keys_stand_in_ordinal_order_everywhere()
    {
        foreach (var yaml in new[] { Documents.Full, Documents.Least })
        {
            using var json = JsonDocument.Parse(CanonicalRunDocument.Bytes(RunDocumentYaml.Parse(yaml)));
            CheckOrder(json.RootElement);
        }
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\n")]
    public void Other_bytes_with_the_same_meaning_are_refused(string more)
    {
        var bytes = CanonicalRunDocument.Bytes(RunDocumentYaml.Parse(Documents.Least));
        CanonicalRunDocument.Parse(bytes);
        Assert.Throws<RunDocumentException>(() =>
            CanonicalRunDocument.Parse([.. bytes, .. Encoding.UTF8.GetBytes(more)])
        );
        Assert.Throws<RunDocumentException>(() => CanonicalRunDocument.Parse(Encoding.UTF8.GetBytes(Documents.Least)));
    }

    [Fact]
    public void A_document_that_names_hundreds_of_nodes_is_read_back()
    {
        var nodes = Enumerable.Range(0, 500).Select(i => i.ToString("x64", CultureInfo.InvariantCulture)).ToList();
        var document = RunDocumentYaml.Parse(Documents.Least) with { Participants = new() { Nodes = nodes } };
        Assert.Equal(nodes, CanonicalRunDocument.Parse(CanonicalRunDocument.Bytes(document)).Participants.Nodes);
    }

    [Fact]
    public void Bytes_that_are_not_text_are_refused() =>
        Assert.Throws<RunDocumentException>(() => CanonicalRunDocument.Parse([0xff, 0xfe, 0x00]));

    [Property(MaxTest = 300)]
    public FsCheck.Property Yaml_to_canonical_and_back_keeps_the_identity() =>
        Prop.ForAll(
            RandomDocuments.Arbitrary,
            document =>
            {
                var digest = CanonicalRunDocument.Digest(document);
                var fromYaml = RunDocumentYaml.Parse(RandomDocuments.ToYaml(document));
                Assert.Equal(digest, CanonicalRunDocument.Digest(fromYaml));
                Assert.Equal(
                    digest,
                    CanonicalRunDocument.Digest(CanonicalRunDocument.Parse(CanonicalRunDocument.Bytes(fromYaml)))
                );
            }
        );

    [Theory]
    [InlineData("name: support-assistant", "name: other")]
    [InlineData("group: hospitals", "group: clinics")]
    [InlineData("group: hospitals", "nodes: [00000001, 00000002, 00000003, 00000004, 00000005]")]
    [InlineData("name: base-docs-2m", "name: other")]
    [InlineData("sha256: \"a", "sha256: \"b")]
    [InlineData("rank: 8", "rank: 4")]
    [InlineData("alpha: 16", "alpha: 16.5")]
    [InlineData("rslora", "lora")]
    [InlineData("[q_proj, v_proj]", "[q_proj]")]
    [InlineData("seed: 42", "seed: 43")]
    [InlineData("seed: 42", "seed: 42\n  updateDtype: int8")]
    [InlineData("mechanism: gaussian", "mechanism: test")]
    [InlineData("noiseMultiplier: 1.0", "noiseMultiplier: 1.0000000000000002")]
    [InlineData("maxGradNorm: 1.0", "maxGradNorm: 0.5")]
    [InlineData("expectedBatchSize: 32", "expectedBatchSize: 33")]
    [InlineData("maxSamplingRate: 0.05", "maxSamplingRate: 0.06")]
    [InlineData("delta: 1.0e-6", "delta: 1.0e-7")]
    [InlineData("steps: 20", "steps: 21")]
    [InlineData("name: adamw", "name: sgd")]
    [InlineData("learningRate: 2.0e-3", "learningRate: 3.0e-3")]
    [InlineData("weightDecay: 0.01", "weightDecay: 0.02")]
    [InlineData("maxSequenceLength: 128", "maxSequenceLength: 64")]
    [InlineData("versions: 20", "versions: 21")]
    [InlineData("cohort: 5", "cohort: 6")]
    [InlineData("cohort: 5, quorum: 3", "buffer: 5")]
    [InlineData("quorum: 3", "quorum: 2")]
    [InlineData("deadline: 10m", "deadline: 11m")]
    [InlineData("grace: 30s", "grace: 31s")]
    [InlineData("onMissedQuorum: extend", "onMissedQuorum: fail")]
    [InlineData("maxStaleness: 50", "maxStaleness: 51")]
    [InlineData("leaveAfter: 24h", "leaveAfter: 25h")]
    [InlineData("method: fedau", "method: uniform")]
    [InlineData("cutoff: 50", "cutoff: 51")]
    [InlineData("weightCap: N", "weightCap: none")]
    [InlineData("weightCap: N", "weightCap: 2.5")]
    [InlineData("method: weighted", "method: drop")]
    [InlineData("exponent: 0.5", "exponent: 0.6")]
    [InlineData("name: sgd, learningRate: 1.0", "name: sgd, learningRate: 0.9")]
    [InlineData("updates: 30d", "updates: 31d")]
    public void Whatever_is_said_differently_is_another_run(string text, string replacement)
    {
        Assert.Contains(text, Documents.Full, StringComparison.Ordinal);
        var other = Documents.Full.Replace(text, replacement, StringComparison.Ordinal);
        Assert.NotEqual(
            CanonicalRunDocument.Digest(RunDocumentYaml.Parse(Documents.Full)),
            CanonicalRunDocument.Digest(RunDocumentYaml.Parse(other))
        );
    }

    private static void CheckOrder(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var keys = element.EnumerateObject().Select(property => property.Name).ToList();
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        foreach (var property in element.EnumerateObject())
        {
            CheckOrder(property.Value);
        }
    }
}
