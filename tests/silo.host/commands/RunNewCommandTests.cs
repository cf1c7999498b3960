using System.Text;
using Federated.Adapters.Models;
using Federated.Protocol;

namespace Federated.Silo.Tests;

/// <summary><c>fedsilo run new</c>: what it prints can be submitted as it is.</summary>
public sealed class RunNewCommandTests(SiloUnderTest silo) : IClassFixture<SiloUnderTest>
{
    [Fact]
    public async Task The_document_is_accepted_by_a_silo_that_has_the_model()
    {
        var yaml = RunNewCommand.Document(
            "docs",
            BaseModelDigest.Compute(RepositoryFolder.BaseDocs),
            nodes: 3,
            records: 2000,
            epsilon: 3.9
        );
        using var client = silo.Operator();
        using var body = new StringContent(yaml, Encoding.UTF8, "application/yaml");

        var run = await client.PostAsync<SubmittedRun>("/api/runs", body, TestContext.Current.CancellationToken);

        Assert.Equal("first-run", run.Name);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200)]
    [InlineData(2000)]
    [InlineData(123_457)]
    public void A_node_with_the_smallest_number_of_records_is_allowed(int records)
    {
        var run = RunDocumentYaml.Parse(
            RunNewCommand.Document("docs", new string('a', 64), nodes: 2, records, epsilon: 2),
            new CalibratedNoise()
        );

        var rate = run.Privacy.ExpectedBatchSize / Math.Floor(records * 0.9);
        Assert.InRange(rate, 0, run.Privacy.MaxSamplingRate);
        Assert.Empty(RunDocumentRules.Validate(run));
    }
}
