namespace Federated.Silo.Tests;

/// <summary>Runs whose versions hold more than an adapter: what they remember survives a restart and comes out again.</summary>
public sealed class StatefulReplayTests : IAsyncLifetime
{
    private readonly SiloUnderTest _silo = new();

    public ValueTask InitializeAsync() => _silo.InitializeAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Theory]
    [InlineData("serverOptimizer: { name: avgm, learningRate: 0.5 }", "optimizerState")]
    [InlineData("serverOptimizer: { name: adam, learningRate: 0.01, variant: flower }", "optimizerState")]
    [InlineData("serverOptimizer: { name: yogi, learningRate: 0.01, updateNoise: 0.001 }", "optimizerState")]
    [InlineData("serverOptimizer: { name: adagrad, learningRate: 0.01 }", "optimizerState")]
    [InlineData("participation: { method: mifa }", "remembered")]
    [InlineData("participation: { method: fedvarp }", "remembered")]
    [InlineData("robust: { method: normBound, bound: 0.5 }", "\"clipped\":2")]
    [InlineData("robust: { method: normBound, bound: 0.5 }, participation: { method: mifa }", "remembered")]
    public async Task Every_version_comes_out_again_after_a_restart(string aggregation, string named)
    {
        using (var run = await TestRun.StartAsync(_silo, $"aggregation: {{ {aggregation} }}"))
        {
            await run.ReportAsync(0.5f, -0.25f);
            await _silo.RestartAsync();
            using var first = run.First.At(_silo.Host.GrpcAddress);
            using var second = run.Second.At(_silo.Host.GrpcAddress);
            await run.ReportAsync(first, second, 0.125f, 0.5f);
            await run.ReportAsync(first, second, 0.25f, 0.75f);
        }

        await _silo.StopAsync();
        var verdicts = await Replay.AllAsync(_silo);
        Assert.Equal([0, 1, 2, 3], verdicts.Select(verdict => verdict.Version));
        Assert.All(verdicts, verdict => Assert.Equal(VersionOutcome.Verified, verdict.Outcome));
        Assert.Contains(named, await Replay.JournalAsync(_silo), StringComparison.Ordinal);
    }
}
