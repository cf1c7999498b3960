using System.Security.Cryptography;

namespace Federated.EndToEnd.Tests;

/// <summary>A run whose versions are judged by the silo itself, on records that anybody may read.</summary>
public sealed class PublicEvaluationTests(Organisations organisations) : IClassFixture<Organisations>
{
    [Fact]
    public async Task Versions_have_a_public_loss_and_a_loss_that_stands_still_ends_the_run()
    {
        await using var federation = await FederationUnderTest.StartAsync(organisations);
        var sha256 = Convert.ToHexStringLower(
            SHA256.HashData(await File.ReadAllBytesAsync(federation.PublicFile, TestContext.Current.CancellationToken))
        );
        // No version can be better by 100 nats a token: the first judged version after the patience ends the run.
        var yaml =
            RunYaml
                .Of("test", steps: 1)
                .Replace($"versions: {RunYaml.Versions}", "versions: 60", StringComparison.Ordinal)
            + $$"""

                evaluation: { data: public, sha256: "{{sha256}}", prompts: [Gets the] }
                stop: { publicLoss: { patience: 1, minDelta: 100 } }
                """;
        var run = await federation.Operator.SubmitAsync(yaml, TestContext.Current.CancellationToken);
        foreach (var name in Organisations.Names)
        {
            await federation.StartNodeAsync(name, "--allow-test-noise");
        }

        var ended = await federation.UntilAsync(run, "the run's end", state => state.Is("state", "completed"));

        Assert.InRange(ended.GetProperty("publicLoss").GetDouble(), 0.5, 20);
        Assert.Contains("public loss", ended.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.InRange(ended.GetProperty("publishedVersion").GetInt32(), 1, 59);
    }
}
