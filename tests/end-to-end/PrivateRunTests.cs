using System.IO.Compression;
using System.Text.Json;

namespace Federated.EndToEnd.Tests;

/// <summary>A private run from invitation to adapter, and what is left behind for those who check.</summary>
public sealed class PrivateRunTests : IDisposable
{
    private readonly Organisations _organisations = new();

    [Fact]
    public async Task A_private_run_leaves_a_ledger_a_report_and_a_journal_that_hold_up()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var federation = await FederationUnderTest.StartAsync(_organisations);
        var run = await federation.Operator.SubmitAsync(RunYaml.Of("gaussian"), cancellation);
        foreach (var name in Organisations.Names)
        {
            await federation.StartNodeAsync(name);
        }

        await federation.UntilAsync(run, "the run's end", state => state.Is("state", "completed"));
        foreach (var name in Organisations.Names)
        {
            Assert.Equal(0, await federation.Node(name).Exited); // its run has ended, and it knows
            var report = JsonDocument.Parse(await federation.ReportAsync(name, run)).RootElement;
            Assert.True(report.GetProperty("isPrivate").GetBoolean());
            Assert.InRange(report.GetProperty("epsilonReserved").GetDouble(), 0.01, 4);
            Assert.Equal(RunYaml.Versions, report.GetProperty("updates").GetInt32());
            Assert.Equal(
                0,
                await federation.RunNodeProgramAsync("ledger", "verify", "--home", federation.HomeOf(name))
            );
        }

        using var adapter = new ZipArchive(new MemoryStream(await federation.Operator.AdapterAsync(run, cancellation)));
        Assert.Equal(
            ["adapter_config.json", "adapter_model.safetensors"],
            adapter.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)
        );

        await federation.StopSiloAsync();
        Assert.Equal(0, await federation.RunSiloProgramAsync("verify", "--data", federation.SiloFolder));
    }

    [Fact]
    public async Task A_node_whose_owner_does_not_allow_test_noise_declines_and_trains_nothing()
    {
        await using var federation = await FederationUnderTest.StartAsync(_organisations);
        await federation.Operator.SubmitAsync(RunYaml.Of("test"), TestContext.Current.CancellationToken);
        await federation.StartNodeAsync("ada");

        Assert.Equal(3, await federation.Node("ada").Exited); // refused by policy
        Assert.Equal(0, await federation.TimesSaidAsync("ada", "NOT PRIVATE"));
    }

    [Fact]
    public async Task A_home_put_back_from_before_its_promise_is_noticed_by_the_silo_and_pays_for_it()
    {
        await using var federation = await FederationUnderTest.StartAsync(_organisations);
        await federation.Operator.SubmitAsync(RunYaml.Of("gaussian"), TestContext.Current.CancellationToken);
        await federation.StartNodeAsync("ada");
        // It has promised, and has told the silo so: the run waits for two more nodes.
        await federation.UntilSaidAsync("ada", "waiting:");
        await federation.Node("ada").KillAsync();
        var home = federation.HomeOf("ada");
        foreach (
            var young in new[] { "ledger.jsonl", "ledger.jsonl.fence", "anchors/ledger.json", "anchors/silo.json" }
        )
        {
            File.Delete(Path.Combine(home, young));
        }

        await federation.StartNodeAsync("ada");
        Assert.Equal(3, await federation.Node("ada").Exited);
        await federation.UntilSaidAsync("ada", "fednode ledger recover");
        Assert.Equal(3, await federation.RunNodeProgramAsync("ledger", "verify", "--home", home));
        Assert.Equal(0, await federation.RunNodeProgramAsync("ledger", "recover", "--home", home));
        Assert.Equal(0, await federation.RunNodeProgramAsync("ledger", "verify", "--home", home));

        // The silo serves it again; its owner's budget allows no new promise.
        await federation.StartNodeAsync("ada");
        Assert.Equal(3, await federation.Node("ada").Exited);
        await federation.UntilSaidAsync("ada", "exceeds the budget");
    }

    public void Dispose() => _organisations.Dispose();
}
