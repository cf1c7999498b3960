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

    [Property(MaxTest = 100)]
    public FsCheck.Property Two_documents_share_a_digest_only_when_they_say_the_same() =>
        Prop.ForAll(
            RandomDocuments.Arbitrary,
            RandomDocuments.Arbitrary,
            (left, right) =>
                (CanonicalRunDocument.Digest(left) == CanonicalRunDocument.Digest(right))
                == (RandomDocuments.ToYaml(left) == RandomDocuments.ToYaml(right))
        );

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
