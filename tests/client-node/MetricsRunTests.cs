using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;

namespace Federated.ClientNode.Tests;

/// <summary>A run with noised metrics: what is released, what it costs, and that it is drawn once.</summary>
public sealed class MetricsRunTests
{
    private static readonly MetricsSection Metrics = new()
    {
        NoiseMultiplier = 8,
        LossClip = 10,
        Every = 2,
    };

    [Fact]
    public async Task Every_second_base_carries_one_and_the_whole_plan_is_charged()
    {
        using var plain = new NodeUnderTest(Some.Run("gaussian", versions: 3));
        await plain.RunAsync();
        using var node = WithMetrics();

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        var sent = node.Silo.Received.Select(update => update.Attestation.Attestation.Metric).ToList();
        Assert.Equal([true, false, true], sent.Select(metric => metric is not null));
        // 100 declared records, a fifth held out: the data have fewer, and nobody learns how many.
        Assert.Equal((8, 10, 20L), (sent[0]!.NoiseMultiplier, sent[0]!.LossClip, sent[0]!.Records));
        var entries = node.Ledger().Entries;
        Assert.Equal([1, 0, 1], entries.OfType<SealedEntry>().Select(entry => entry.Metrics));
        Assert.Equal(new MetricPlan(8, 2), Reserved(node).Plan.Metrics);
        Assert.True(Reserved(node).Epsilon > Reserved(plain).Epsilon);
    }

    [Fact]
    public async Task What_was_drawn_is_sent_again_and_never_drawn_again()
    {
        using var node = WithMetrics();
        var breaks = 1;
        node.Silo.BeforeReceipt = _ =>
        {
            if (breaks-- > 0)
            {
                throw new KilledException();
            }
        };

        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync());
        await node.RunAsync();

        var first = node.Silo.Received.Where(update => update.BaseVersion == 0).ToList();
        Assert.Equal(2, first.Count);
        Assert.Equal(first[0].Attestation.Encode(), first[1].Attestation.Encode());
        Assert.Single(node.Ledger().Entries.OfType<SealedEntry>(), entry => entry.BaseVersion == 0);
    }

    [Fact]
    public async Task Without_the_owners_permission_nothing_is_released()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 3) with { Metrics = Metrics });

        await node.RunAsync();

        Assert.Empty(node.Silo.Received);
        Assert.Empty(node.Ledger().Entries);
    }

    [Fact]
    public void The_summary_for_the_owner_says_that_noised_sums_leave()
    {
        var settings = Allowing(Some.Settings("data.jsonl"));
        var run = Some.Run("gaussian", versions: 3) with { Metrics = Metrics };
        var consented = Some.Consented(run, settings);
        var price = new PrivacyGuarantee(consented.Epsilon, consented.Epsilon, consented.Delta, "pld");

        var text = RunSummary.WhatLeaves(run, consented.Plan, price, settings);

        Assert.Contains("at most 2 sums of losses on held-out records", text, StringComparison.Ordinal);
        Assert.Contains("single losses", text, StringComparison.Ordinal);
        Assert.Contains("noised sums of losses", RunSummary.WhatCanLeave(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_loss_is_cut_to_the_clip_and_one_that_is_no_number_counts_whole()
    {
        double[] losses = [1.5, 2.5, 30, double.NaN, double.PositiveInfinity];
        using var noise = new SecureNoise();

        var metric = HeldOutMetric.Release(
            Metrics with
            {
                NoiseMultiplier = 1e-6,
            },
            losses.Length,
            i => losses[i],
            7,
            noise
        );

        Assert.Equal(1.5 + 2.5 + 10 + 10 + 10, metric.Sum, 1e-3);
        Assert.Equal(7, metric.Records);
    }

    [Fact]
    public void The_noise_has_the_deviation_that_is_charged()
    {
        using var noise = new SecureNoise();
        var sums = Enumerable.Range(0, 4000).Select(_ => HeldOutMetric.Release(Metrics, 1, _ => 4, 20, noise).Sum);
        var deviations = sums.Select(sum => (sum - 4) / 80).ToList();

        // Six standard errors of the mean and of the variance of 4000 draws.
        Assert.InRange(deviations.Average(), -0.095, 0.095);
        Assert.InRange(deviations.Average(x => x * x), 0.865, 1.135);
    }

    private static NodeUnderTest WithMetrics()
    {
        var node = new NodeUnderTest(Some.Run("gaussian", versions: 3) with { Metrics = Metrics });
        node.Settings = Allowing(node.Settings);
        return node;
    }

    private static NodeSettings Allowing(NodeSettings settings) =>
        settings with
        {
            Policy = settings.Policy with { AllowMetrics = true },
        };

    private static ReservedEntry Reserved(NodeUnderTest node) => node.Ledger().Entries.OfType<ReservedEntry>().Single();
}
