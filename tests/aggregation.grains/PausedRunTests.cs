namespace Federated.Aggregation.Grains.Tests;

public sealed class PausedRunTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    [Fact]
    public async Task A_paused_run_sleeps_even_when_its_nodes_are_silent_for_long()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "asleep");
        Assert.True((await federation.Run.PauseAsync("holidays")).Done);
        await LookAsync();
        silo.Time.Advance(TimeSpan.FromHours(25));
        await LookAsync();
        silo.Time.Waits.Clear();
        await LookAsync();
        Assert.Empty(silo.Time.Waits);

        // Nobody left meanwhile; from the resumption on silence counts again.
        Assert.Equal(2, (await federation.Run.StatusAsync())!.Nodes);
        Assert.True((await federation.Run.ResumeAsync()).Done);
        await federation.UntilAsync(status => status.Nodes == 0);

        // Waking is one-way; a second pause changes nothing and waits for its turn behind it.
        async Task LookAsync()
        {
            await federation.Run.WakeAsync();
            await federation.Run.PauseAsync("again");
        }
    }
}
