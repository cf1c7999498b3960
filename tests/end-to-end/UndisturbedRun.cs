namespace Federated.EndToEnd.Tests;

/// <summary>The same run once without any trouble: what every disturbed one must end with.</summary>
public sealed class UndisturbedRun : IAsyncLifetime
{
    public Organisations Organisations { get; } = new();

    /// <summary>Digests of versions 0 … 3.</summary>
    internal IReadOnlyList<string> Digests { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await using var federation = await FederationUnderTest.StartAsync(Organisations);
        var run = await federation.Operator.SubmitAsync(RunYaml.Of("test"), TestContext.Current.CancellationToken);
        foreach (var name in Organisations.Names)
        {
            await federation.StartNodeAsync(name, "--allow-test-noise");
        }

        await federation.UntilAsync(run, "the run's end", state => state.Is("state", "completed"));
        Digests = await federation.Operator.DigestsAsync(run);
    }

    public ValueTask DisposeAsync()
    {
        Organisations.Dispose();
        return ValueTask.CompletedTask;
    }
}
