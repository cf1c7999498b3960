using Federated.Protocol;

namespace Federated.Aggregation.Grains.Tests;

public sealed class RetentionTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    [Fact]
    public async Task Updates_are_given_up_when_their_time_has_passed_and_no_moment_before()
    {
        using var federation = await RunAsync("time", Kept);
        var ended = silo.Time.GetUtcNow();
        Assert.Equal(ended + Kept, await federation.Run.SweepAsync());

        silo.Time.Advance(Kept - TimeSpan.FromSeconds(1));
        await federation.Run.SweepAsync();
        Assert.DoesNotContain("updates-swept", federation.Kinds());

        silo.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await federation.Run.SweepAsync());
        await federation.Run.SweepAsync();

        Assert.Single(federation.Kinds(), "updates-swept");
        var swept = (await federation.Run.StatusAsync())!.Swept!;
        Assert.Equal((4, 2L, ended + Kept), (swept.Updates, swept.LastVersion, swept.At));
        Assert.Equal(4 * federation.Blob(federation.Delta(0, 0)).LongLength, swept.Bytes);
    }

    [Fact]
    public async Task An_update_of_the_open_version_is_kept_however_short_retention_is()
    {
        using var federation = await Federation.RunningAsync(
            silo,
            2,
            new() { Cohort = 2 },
            "open",
            change: document => document with { Retention = new() { Updates = TimeSpan.Zero } }
        );
        await federation.UploadAsync(0, 0);
        Assert.Null(await federation.Run.SweepAsync());
        Assert.DoesNotContain("updates-swept", federation.Kinds());

        await federation.UploadAsync(1, 0);
        await federation.PublishedAsync(1);
        await federation.Run.SweepAsync();
        Assert.Equal(2, (await federation.Run.StatusAsync())!.Swept!.Updates);

        // What was given up still counts as accepted: the same bytes get the same receipt, others are refused.
        var again = await federation.Run.PrepareUploadAsync(await federation.OfferAsync(0, 0));
        Assert.Equal(1, again.Receipt!.AcceptedInto);
    }

    [Theory]
    [InlineData("mifa")]
    [InlineData("fedvarp")]
    public async Task What_is_merged_again_is_kept_until_its_node_has_reported_anew(string method)
    {
        using var federation = await Federation.RunningAsync(
            silo,
            2,
            new() { Cohort = 1 },
            method,
            change: document =>
                document with
                {
                    Retention = new() { Updates = TimeSpan.Zero },
                    Aggregation = document.Aggregation with { Participation = new() { Method = method } },
                }
        );
        await federation.UploadAsync(0, 0);
        await federation.PublishedAsync(1);
        await federation.UploadAsync(1, 1);
        await federation.PublishedAsync(2);
        await federation.Run.SweepAsync();
        Assert.Null((await federation.Run.StatusAsync())!.Swept);

        await federation.UploadAsync(1, 2);
        await federation.PublishedAsync(3);
        await federation.UntilAsync(status => status.Phase == RunPhase.Completed);
        // The run has ended: nothing will be merged again.
        await federation.Run.SweepAsync();
        Assert.Equal(3, (await federation.Run.StatusAsync())!.Swept!.Updates);
    }

    [Fact]
    public async Task An_update_that_was_never_merged_is_given_up_when_its_run_has_ended_for_long()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "cancelled");
        await federation.UploadAsync(0, 0);
        await federation.Run.CancelAsync("enough");
        silo.Time.Advance(Kept);
        await federation.Run.SweepAsync();

        var swept = (await federation.Run.StatusAsync())!.Swept!;
        Assert.Equal((1, 0L), (swept.Updates, swept.LastVersion));
    }

    // Two nodes, two versions, all over.
    private async Task<Federation> RunAsync(string group, TimeSpan kept)
    {
        var federation = await Federation.RunningAsync(
            silo,
            2,
            new() { Cohort = 2 },
            group,
            versions: 2,
            change: document => document with { Retention = new RetentionSection { Updates = kept } }
        );
        for (var version = 0; version < 2; version++)
        {
            await federation.UploadAsync(0, version);
            await federation.UploadAsync(1, version);
            await federation.PublishedAsync(version + 1);
        }

        await federation.UntilAsync(status => status.Phase == RunPhase.Completed);
        return federation;
    }
}
