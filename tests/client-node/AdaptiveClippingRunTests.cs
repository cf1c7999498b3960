using System.Text.Json;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode.Tests;

/// <summary>A run with privacy.adaptiveClipping: what it costs, what is claimed about it, and what goes on from version to version.</summary>
public sealed class AdaptiveClippingRunTests
{
    [Fact]
    public async Task It_costs_what_a_fixed_bound_costs_and_its_attestation_says_that_the_bound_adapts()
    {
        using var fixedBound = new NodeUnderTest(Some.Run("gaussian", versions: 2));
        await fixedBound.RunAsync();
        using var node = new NodeUnderTest(Adaptive("gaussian", versions: 2));

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        Assert.Equal(Reserved(fixedBound).Epsilon, Reserved(node).Epsilon);
        Assert.Equal(Attestation.AdaptiveRoundedGaussian, Reserved(node).Plan.Mechanism);
        Assert.All(
            node.Silo.Received.Select(update => update.Attestation.Attestation),
            claim =>
                Assert.Equal(
                    (Attestation.AdaptiveRoundedGaussian, 1.0, 1.0, true),
                    (claim.Mechanism, claim.NoiseMultiplier, claim.MaxGradNorm, claim.IsPrivate)
                )
        );
    }

    [Fact]
    public async Task The_bound_of_a_sealed_update_is_where_the_next_one_goes_on_also_after_a_kill()
    {
        using var undisturbed = new NodeUnderTest(Adaptive("test", versions: 3));
        await undisturbed.RunAsync();
        using var node = new NodeUnderTest(Adaptive("test", versions: 3));
        var (bases, afterFirst, atKill) = (new List<long>(), 0.0, 0.0);

        // Killed with version 1 trained and not sealed: nothing follows from the counts of that attempt unless it is.
        await Assert.ThrowsAsync<KilledException>(() =>
            node.RunAsync(training => new CountingTraining(training, bases)
            {
                Before = version => afterFirst = version == 1 ? Bound(node) : 0,
                After = version =>
                {
                    if (version == 1)
                    {
                        atKill = Bound(node);
                        throw new KilledException();
                    }
                },
            })
        );
        await node.RunAsync();

        Assert.NotEqual(1, afterFirst);
        Assert.Equal(afterFirst, atKill);
        Assert.NotEqual(afterFirst, Bound(node));
        Assert.Equal(Bound(undisturbed), Bound(node));
        Assert.Equal(undisturbed.Silo.FinalDigest, node.Silo.FinalDigest);
    }

    [Fact]
    public async Task A_bound_that_cannot_be_read_stops_the_run_before_it_trains()
    {
        using var node = new NodeUnderTest(Adaptive("test", versions: 2));
        var bases = new List<long>();

        var error = await Assert.ThrowsAsync<NodeHomeException>(() =>
            node.RunAsync(training => new CountingTraining(training, bases)
            {
                Before = version =>
                {
                    if (version == 1)
                    {
                        File.WriteAllText(FileOf(node), """{ "baseVersion": 0, "maxGradNorm": -1 }""");
                    }
                },
            })
        );

        Assert.Contains("clipping.json", error.Message, StringComparison.Ordinal);
        Assert.Single(node.Silo.Received);
    }

    private static RunDocument Adaptive(string mechanism, int versions)
    {
        var run = Some.Run(mechanism, versions, steps: 2);
        return run with
        {
            Privacy = run.Privacy with
            {
                // Shares of a batch of 4 are quarters, so the steps of a version never sum to no change at all.
                AdaptiveClipping = new AdaptiveClippingSection
                {
                    LearningRate = 0.5,
                    TargetQuantile = 0.9,
                    NoiseMultiplier = 2,
                },
            },
        };
    }

    private static ReservedEntry Reserved(NodeUnderTest node) => node.Ledger().Entries.OfType<ReservedEntry>().Single();

    private static string FileOf(NodeUnderTest node) =>
        Path.Combine(node.Folder, "runs", node.Silo.RunDigest, "clipping.json");

    private static double Bound(NodeUnderTest node)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(FileOf(node)));
        return json.RootElement.GetProperty("maxGradNorm").GetDouble();
    }
}
