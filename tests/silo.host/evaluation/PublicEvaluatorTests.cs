using System.Security.Cryptography;
using Federated.Adapters;
using Federated.Adapters.Models;

namespace Federated.Silo.Tests;

/// <summary>A real base model, judged by the silo on public records.</summary>
public sealed class PublicEvaluatorTests(SiloUnderTest silo) : IClassFixture<SiloUnderTest>
{
    [Fact]
    public async Task Version_zero_has_the_base_models_loss_and_samples()
    {
        using var node = await TestNode.JoinedAsync(silo);
        var digest = await TestRun.SubmitAsync(silo, Document(node, silo.PublicDigest));
        await node.ConsentAsync(digest);
        using var client = silo.Operator();
        VersionView? judged = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        while (judged is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
            var versions = await client.GetAsync<IReadOnlyList<VersionView>>(
                $"/api/runs/{digest}/versions",
                limit.Token
            );
            judged = versions.FirstOrDefault(version => version.PublicLoss is not null);
        }

        using var model = BaseModel.Load(RepositoryFolder.BaseDocs);
        var expected = HeldOutEvaluation.Evaluate(
            model.Model,
            PublicRecords.Read(silo.PublicFile).Encode(model.Model, model.Tokenizer, 32, promptMasking: true),
            2048,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(expected.NatsPerToken, judged.PublicLoss!.Value, 1e-5);
        Assert.Equal((0, 2L), (judged.Version, judged.Evaluation!.Records));
        var sample = Assert.Single(judged.Evaluation.Samples);
        Assert.Equal("Gets the", sample.Prompt);
        Assert.Equal(
            new TextGenerator(model.LanguageModel, model.Tokenizer).Continue(
                "Gets the",
                32,
                cancellationToken: TestContext.Current.CancellationToken
            ),
            sample.Text
        );
    }

    [Theory]
    [InlineData("public", "another digest", "evaluation.sha256")]
    [InlineData("unknown", "", "--public-data unknown=FILE")]
    public async Task A_set_that_the_silo_does_not_hold_is_refused_at_submit(
        string name,
        string content,
        string message
    )
    {
        using var node = await TestNode.JoinedAsync(silo);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));

        var error = await Assert.ThrowsAnyAsync<Exception>(() =>
            TestRun.SubmitAsync(
                silo,
                Document(node, sha256).Replace("data: public", $"data: {name}", StringComparison.Ordinal)
            )
        );

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private string Document(TestNode node, string sha256)
    {
        var nodes = $"{{ nodes: [\"{node.Id}\"] }}";
        return silo.Document(SiloUnderTest.NextSeed(), nodes, 1)
                .Replace($"name: {TinyModel.Name}", "name: docs", StringComparison.Ordinal)
                .Replace(silo.ModelDigest, BaseModelDigest.Compute(RepositoryFolder.BaseDocs), StringComparison.Ordinal)
            + $"\nevaluation: {{ data: public, sha256: \"{sha256}\", prompts: [Gets the] }}\n";
    }
}
