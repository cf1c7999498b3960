namespace Federated.EndToEnd.Tests;

/// <summary>kill -9, at the worst moment, of a process that others wait for: nothing acknowledged is lost, nothing counts twice.</summary>
public sealed class KilledProcessTests(UndisturbedRun undisturbed) : IClassFixture<UndisturbedRun>
{
    [Fact]
    public async Task A_silo_killed_between_two_updates_ends_with_the_same_adapter()
    {
        await using var federation = await FederationUnderTest.StartAsync(undisturbed.Organisations);
        var run = await federation.Operator.SubmitAsync(RunYaml.Of("test"), TestContext.Current.CancellationToken);
        // Eve is there first and stands still while it waits for the others: version 1 holds some updates and waits for one.
        await federation.StartNodeAsync("eve", "--allow-test-noise");
        await federation.UntilSaidAsync("eve", "waiting:");
        federation.Node("eve").Freeze();
        foreach (var name in (string[])["ada", "bob"])
        {
            await federation.StartNodeAsync(name, "--allow-test-noise");
        }

        await federation.UntilAsync(
            run,
            "the first update of version 1",
            state => state.OpenVersion() == 1 && state.AcceptedCount() >= 1
        );
        await federation.KillSiloAsync();
        await federation.StartSiloAsync();
        federation.Node("eve").Thaw();

        // And once more, with a version behind it, wherever it is in the next ones.
        await federation.UntilAsync(run, "version 1", state => state.GetProperty("publishedVersion").GetInt32() >= 1);
        await federation.KillSiloAsync();
        await federation.StartSiloAsync();

        await federation.UntilAsync(run, "the run's end", state => state.Is("state", "completed"));
        Assert.Equal(undisturbed.Digests, await federation.Operator.DigestsAsync(run));
        Assert.Equal(RunYaml.Versions, await federation.TimesSaidAsync("ada", "NOT PRIVATE")); // nobody trained twice
    }

    [Fact]
    public async Task A_node_killed_while_it_trains_starts_again_and_the_run_ends_with_the_same_adapter()
    {
        await using var federation = await FederationUnderTest.StartAsync(undisturbed.Organisations);
        var run = await federation.Operator.SubmitAsync(RunYaml.Of("test"), TestContext.Current.CancellationToken);
        foreach (var name in Organisations.Names)
        {
            await federation.StartNodeAsync(name, "--allow-test-noise");
        }

        await federation.UntilSaidAsync("bob", "NOT PRIVATE"); // the line before the first step
        await federation.Node("bob").KillAsync();
        await federation.StartNodeAsync("bob");

        await federation.UntilAsync(run, "the run's end", state => state.Is("state", "completed"));
        Assert.Equal(undisturbed.Digests, await federation.Operator.DigestsAsync(run));
    }

    [Fact]
    public async Task A_node_killed_between_noisy_steps_goes_on_at_the_last_one_and_ends_with_the_same_adapter()
    {
        await using var federation = await FederationUnderTest.StartAsync(undisturbed.Organisations);
        var run = await federation.Operator.SubmitAsync(RunYaml.Of("test"), TestContext.Current.CancellationToken);
        foreach (var name in Organisations.Names)
        {
            await federation.StartNodeAsync(name, "--allow-test-noise");
        }

        // A noisy step is on disk, and the update is not sealed yet.
        await federation.KillDuringAttemptAsync("bob");
        await federation.StartNodeAsync("bob");
        await federation.UntilSaidAsync("bob", "going on after step");

        await federation.UntilAsync(run, "the run's end", state => state.Is("state", "completed"));
        Assert.Equal(undisturbed.Digests, await federation.Operator.DigestsAsync(run));
        Assert.False(federation.HasAttempt("bob"));
    }

    [Fact]
    public void The_undisturbed_run_published_every_version() =>
        Assert.Equal(RunYaml.Versions + 1, undisturbed.Digests.Distinct().Count());
}
