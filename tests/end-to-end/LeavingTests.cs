namespace Federated.EndToEnd.Tests;

/// <summary><c>fednode leave</c> beside a real silo.</summary>
public sealed class LeavingTests : IDisposable
{
    private readonly Organisations _organisations = new();

    [Fact]
    public async Task A_node_leaves_a_silo_that_knows_it_and_one_that_does_not()
    {
        await using var federation = await FederationUnderTest.StartAsync(_organisations);
        var run = await federation.Operator.SubmitAsync(RunYaml.Of("gaussian"), TestContext.Current.CancellationToken);
        foreach (var name in (string[])["ada", "bob"])
        {
            await federation.StartNodeAsync(name);
        }

        await federation.UntilAsync(run, "two nodes", state => state.GetProperty("nodes").GetInt32() == 2);
        foreach (var name in (string[])["ada", "bob"])
        {
            await federation.Node(name).StopAsync(FederationUnderTest.Patience, TimeProvider.System);
        }

        Assert.Equal(0, await federation.RunNodeProgramAsync("leave", "--home", federation.HomeOf("ada")));
        await federation.UntilAsync(run, "one node", state => state.GetProperty("nodes").GetInt32() == 1);

        // As when the operator has set up the silo anew: it has never heard of this key.
        File.Delete(Path.Combine(federation.HomeOf("bob"), "key.pem"));
        Assert.Equal(0, await federation.RunNodeProgramAsync("leave", "--home", federation.HomeOf("bob")));
        Assert.False(File.Exists(Path.Combine(federation.HomeOf("bob"), "silo.json")));
    }

    public void Dispose() => _organisations.Dispose();
}
