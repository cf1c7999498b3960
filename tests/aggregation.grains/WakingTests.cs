namespace Federated.Aggregation.Grains.Tests;

public sealed class WakingTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    [Fact]
    public async Task A_run_whose_journal_cannot_be_read_for_long_goes_on_though_nobody_calls_it()
    {
        using var federation = await Federation.RunningAsync(silo, 1, new() { Cohort = 1 }, "waking");
        var offer = await federation.OfferAsync(0, 0);
        // The receipt is there; closing the version is what fails, and then the journal cannot be read.
        silo.Journal.FailAppend(federation.Stream, 2, MemoryJournal.Fault.BeforeCommit);
        silo.Journal.FailReads(federation.Stream, 3);
        Assert.NotNull((await federation.Run.AcceptAsync(offer)).Receipt);

        using var limit = new CancellationTokenSource(Federation.Patience);
        while (!federation.Kinds().Contains("version-closed"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            silo.Time.Advance(TimeSpan.FromSeconds(2));
        }

        await federation.PublishedAsync(1);
    }
}
