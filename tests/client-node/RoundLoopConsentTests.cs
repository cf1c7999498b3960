using Federated.Privacy.Accounting;
using Federated.Protocol;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Federated.ClientNode.Tests;

/// <summary>What the loop does with offers, and that nothing is done without an answer.</summary>
public sealed class RoundLoopConsentTests
{
    [Fact]
    public async Task A_run_over_the_budget_is_declined_and_nothing_is_reserved()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 100));
        node.Settings = node.Settings with { Source = node.Settings.Source with { Epsilon = 0.1 } };

        var end = await node.RunAsync();

        Assert.Equal(LoopEnd.Declined, end);
        var (accepted, reason) = Assert.Single(node.Silo.Consents);
        Assert.False(accepted);
        // The silo learns nothing about the owner's numbers.
        Assert.DoesNotContain("0.1", reason, StringComparison.Ordinal);
        Assert.Empty(node.Ledger().Entries);
    }

    [Fact]
    public async Task The_plan_is_reserved_before_the_silo_hears_yes()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        var reserved = 0;
        node.Silo.BeforeCheckIn = () =>
        {
            if (node.Silo.Consents is [(true, _)])
            {
                reserved = node.Ledger().Entries.OfType<ReservedEntry>().Count();
            }

            return null;
        };

        await node.RunAsync();

        Assert.Equal(1, reserved);
    }

    [Theory]
    [InlineData("uniform", null)]
    [InlineData("declared", 100L)]
    public async Task The_declared_count_is_told_to_a_run_that_weighs_by_it_and_to_no_other(string weights, long? told)
    {
        var run = Some.Run(versions: 1);
        using var node = new NodeUnderTest(run with { Aggregation = run.Aggregation with { Weights = weights } });
        node.Settings = node.Settings with { Policy = node.Settings.Policy with { ShareDeclaredRecords = true } };

        await node.RunAsync();

        Assert.Equal(told, node.Silo.DeclaredRecords);
    }

    [Fact]
    public async Task A_document_of_another_digest_is_refused()
    {
        using var node = new NodeUnderTest(Some.Run());
        node.Silo.Document = CanonicalRunDocument.Bytes(Some.Run(steps: 9));
        var checkIns = 0;
        node.Silo.BeforeCheckIn = () => checkIns++ < 2 ? null : throw new KilledException();

        // It goes on asking for other work.
        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync());

        Assert.Empty(node.Silo.Consents);
        Assert.Empty(node.Ledger().Entries);
    }

    [Fact]
    public async Task An_approved_run_is_accepted_at_its_next_offer()
    {
        using var node = new NodeUnderTest(Some.Run(), ConsentMode.Ask);
        node.Silo.BeforeCheckIn = () =>
        {
            using var home = NodeHome.OpenToRead(WithSettings(node));
            var offers = new OfferedRuns(home, TimeProvider.System);
            if (offers.Decision(node.Silo.RunDigest)?.Answer == ConsentAnswer.Pending)
            {
                Assert.Empty(node.Silo.Consents);
                Assert.Empty(node.Ledger().Entries);
                offers.Decide(node.Silo.RunDigest, ConsentAnswer.Accepted, "owner", "");
            }

            return null;
        };

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());
        Assert.Equal([(true, "")], node.Silo.Consents);
    }

    [Fact]
    public async Task A_run_that_waits_for_its_owner_says_what_to_type_and_is_not_called_no_work()
    {
        var said = new Sentences();
        using var log = new LoggerConfiguration().WriteTo.Sink(said).CreateLogger();
        using var node = new NodeUnderTest(Some.Run(), ConsentMode.Ask) { Log = log };
        var checkIns = 0;
        node.Silo.BeforeCheckIn = () =>
            checkIns++ switch
            {
                0 => null,
                1 => new CheckInAnswer.Wait(TimeSpan.FromSeconds(1), "no run needs this node"),
                _ => throw new KilledException(),
            };

        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync());

        Assert.Contains(
            said.All,
            line => line.Contains($"fednode runs approve {node.Silo.RunDigest[..12]} --home", StringComparison.Ordinal)
        );
        Assert.Contains(said.All, line => line.Contains("for the owner's answer", StringComparison.Ordinal));
        Assert.DoesNotContain(said.All, line => line.Contains("no run needs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_declined_run_is_accepted_when_the_owner_changes_the_budget_and_approves()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian"));
        var generous = node.Settings;
        node.Settings = generous with { Source = generous.Source with { Epsilon = 0.01 } };
        Assert.Equal(LoopEnd.Declined, await node.RunAsync());
        node.Settings = generous;
        using (var home = NodeHome.OpenToRead(WithSettings(node)))
        {
            new OfferedRuns(home, TimeProvider.System).Decide(node.Silo.RunDigest, ConsentAnswer.Accepted, "owner", "");
        }

        node.Silo.OffersOnce = true;
        Assert.Equal(LoopEnd.Completed, await node.RunAsync());
        Assert.Equal([false, true], node.Silo.Consents.Select(consent => consent.Accepted));
    }

    [Fact]
    public async Task An_approval_is_no_way_around_the_policy()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian"));
        node.Settings = node.Settings with { Source = node.Settings.Source with { Epsilon = 0.01 } };
        await node.RunAsync();
        using (var home = NodeHome.OpenToRead(WithSettings(node)))
        {
            new OfferedRuns(home, TimeProvider.System).Decide(node.Silo.RunDigest, ConsentAnswer.Accepted, "owner", "");
        }

        Assert.Equal(LoopEnd.Declined, await node.RunAsync());
        Assert.DoesNotContain(node.Silo.Consents, consent => consent.Accepted);
        Assert.Empty(node.Ledger().Entries);
    }

    [Fact]
    public async Task An_assignment_without_consent_is_not_worked_for()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian"));
        node.Silo.AssignsWithoutConsent = true;
        var checkIns = 0;
        node.Silo.BeforeCheckIn = () => checkIns++ == 0 ? null : throw new KilledException();
        var bases = new List<long>();

        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync(inner => new CountingTraining(inner, bases)));

        Assert.Empty(bases);
        Assert.Empty(node.Silo.Received);
    }

    [Fact]
    public async Task A_run_that_the_owner_has_left_is_declined_when_it_gives_work_and_named_at_check_ins()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian"));
        var checkIns = 0;
        // Killed with the plan reserved; then the owner leaves, and nobody tells the silo.
        node.Silo.BeforeCheckIn = () => checkIns++ == 0 ? null : throw new KilledException();
        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync());
        using (var home = NodeHome.OpenToWork(WithSettings(node)))
        {
            new OfferedRuns(home, TimeProvider.System).Decide(
                node.Silo.RunDigest,
                ConsentAnswer.Declined,
                "owner",
                "the owner has left"
            );
        }

        checkIns = 0;
        node.Silo.AssignsWithoutConsent = true;
        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync());

        Assert.Equal([(true, ""), (false, "the owner has left")], node.Silo.Consents);
        Assert.Equal([node.Silo.RunDigest], node.Silo.Declined);
        Assert.Empty(node.Silo.Received);
    }

    private static string WithSettings(NodeUnderTest node)
    {
        File.WriteAllText(Path.Combine(node.Folder, "node.yaml"), NodeSettingsYaml.Write(node.Settings));
        return node.Folder;
    }

    private sealed class Sentences : ILogEventSink
    {
        public List<string> All { get; } = [];

        public void Emit(LogEvent logEvent) =>
            All.Add(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
    }
}
