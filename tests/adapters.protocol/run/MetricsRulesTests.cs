using System.Text;
using static Federated.Protocol.Tests.Documents;

namespace Federated.Protocol.Tests;

public sealed class MetricsRulesTests
{
    private const string Metrics = "metrics: { noised: { noiseMultiplier: 8, lossClip: 6, every: 2 } }\n";

    [Fact]
    public void Noised_metrics_are_read_and_come_back()
    {
        var document = RunDocumentYaml.Parse(Least + Metrics);
        var expected = new MetricsSection
        {
            NoiseMultiplier = 8,
            LossClip = 6,
            Every = 2,
        };
        Assert.Equal(expected, document.Metrics);
        var bytes = CanonicalRunDocument.Bytes(document);
        Assert.Contains("\"metrics\":{\"noised\":", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.Equal(bytes, CanonicalRunDocument.Bytes(CanonicalRunDocument.Parse(bytes)));
    }

    [Fact]
    public void A_document_without_metrics_keeps_its_bytes() =>
        Assert.DoesNotContain(
            "metrics",
            Encoding.UTF8.GetString(CanonicalRunDocument.Bytes(RunDocumentYaml.Parse(Least))),
            StringComparison.Ordinal
        );

    [Fact]
    public void None_is_the_same_as_nothing() =>
        Assert.Equal(
            CanonicalRunDocument.Digest(RunDocumentYaml.Parse(Least)),
            CanonicalRunDocument.Digest(RunDocumentYaml.Parse(Least + "metrics: none\n"))
        );

    [Theory]
    [InlineData("metrics: some", "metrics")]
    [InlineData("metrics: { noised: { lossClip: 6 } }", "metrics.noised.noiseMultiplier")]
    [InlineData("metrics: { noised: { noiseMultiplier: 0 } }", "metrics.noised.noiseMultiplier")]
    [InlineData("metrics: { noised: { noiseMultiplier: 8, lossClip: -1 } }", "metrics.noised.lossClip")]
    [InlineData("metrics: { noised: { noiseMultiplier: 8, every: 0 } }", "metrics.noised.every")]
    [InlineData("metrics: { plain: {} }", "metrics.noised")]
    public void What_is_wrong_is_named(string metrics, string path) =>
        Assert.Contains(Errors(Least + metrics + "\n"), error => error.Path == path);

    [Theory]
    [InlineData("noiseMultiplier: 1, unit: subject, maxRecordsPerSubject: 4", "privacy.unit is subject")]
    [InlineData("noiseMultiplier: 1, mechanism: test", "nothing is charged")]
    [InlineData("mechanism: none", "nothing is charged")]
    public void Metrics_that_nothing_would_protect_are_refused(string privacy, string reason)
    {
        var error = Assert.Single(Errors(LeastWith("noiseMultiplier: 1", privacy) + Metrics));
        Assert.Equal("metrics", error.Path);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 5, 2)]
    [InlineData(11, 5, 3)]
    [InlineData(3, 5, 1)]
    public void A_plan_holds_as_many_metrics_as_bases_are_due(long versions, int every, long releases)
    {
        var metrics = new MetricsSection { NoiseMultiplier = 8, Every = every };
        Assert.Equal(releases, metrics.Releases(versions));
        Assert.Equal(releases, Enumerable.Range(0, (int)versions).Count(version => metrics.IsDue(version)));
    }
}
