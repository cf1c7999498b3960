using System.CommandLine;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary><c>fednode leave</c>: this node takes no further part. The silo is told, so that no version waits for it.</summary>
internal static class LeaveCommand
{
    private const string Reason = "the owner has left";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var home = HomeOption.Home();
        var alone = new Option<bool>("--without-silo")
        {
            Description =
                "Tell nobody: for a silo that is gone. One that is not waits until the node has been silent for rounds.leaveAfter.",
        };
        var json = HomeOption.Json();
        var command = new Command(
            "leave",
            """
            Takes no further part in any run, and forgets the group. The ledger keeps what was spent; key, ledger and settings stay, so that a later join goes on with the same budget.
            Example: fednode leave --home fednode
            Exit codes: 0 left; 2 another fednode works in the folder; 4 the silo cannot be reached, and nothing has changed.
            """
        )
        {
            home,
            alone,
            json,
        };
        command.SetAction(
            (parsed, cancellation) =>
                CommandRun.GuardAsync(() =>
                    LeaveAsync(parsed.GetValue(home)!, parsed.GetValue(alone), parsed.GetValue(json), cancellation)
                )
        );
        return command;
    }

    private static async Task<int> LeaveAsync(string folder, bool alone, bool json, CancellationToken cancellation)
    {
        _ = NodeHome.OpenToRead(folder);
        // Alone in the folder: a node at work would go on.
        using var home = NodeHome.OpenToWork(folder);
        var settings = NodeSettingsYaml.Read(home.SettingsFile);
        var membership = Membership.Read(home);
        var offers = new OfferedRuns(home, TimeProvider.System);
        var open = offers
            .Digests.Where(digest => offers.Decision(digest)?.Answer is ConsentAnswer.Accepted or ConsentAnswer.Pending)
            .ToList();

        // :: (1) the silo, first: a failure here leaves everything as it is
        if (membership is not null && !alone)
        {
            using var identity = NodeIdentity.LoadOrCreate(home.KeyFile);
            await using var silo = new FederationClient(settings.Silo, identity, TimeProvider.System);
            var resilience = new Resilience(TimeProvider.System, (_, _) => { });
            foreach (var run in open)
            {
                try
                {
                    await resilience.FirstContact.ExecuteAsync(
                        async stop =>
                            await silo.ConsentAsync(run, accepted: false, Reason, declaredRecords: null, stop),
                        cancellation
                    );
                }
                catch (SiloRefusedException refused) when (NodeRefusedException.IsFinal(refused.Reason))
                {
                    // A silo that does not work with this node waits for it no longer.
                    break;
                }
            }
        }

        // :: (2) this node: no run is worked for again, and no plan is used further
        using (var ledger = PrivacyLedger.Open(home.LedgerFile, TimeProvider.System, home.LedgerAnchors))
        {
            foreach (var run in open)
            {
                offers.Decide(run, ConsentAnswer.Declined, "owner", Reason);
                foreach (var plan in ledger.Entries.OfType<ReservedEntry>().Where(entry => entry.Plan.RunDigest == run))
                {
                    // Given back only if nothing was ever sealed under it: the ledger sees to that.
                    ledger.Expire(plan.ReservationId, Reason);
                }
            }
        }

        File.Delete(home.MembershipFile);
        Console.WriteLine(
            json
                ? JsonSerializer.Serialize(
                    new
                    {
                        nodeId = membership?.NodeId,
                        group = membership?.Group,
                        runs = open,
                        siloWasTold = membership is not null && !alone,
                    },
                    NodeJson.Options
                )
                : $"left{(membership is null ? "" : $" group {membership.Group}")}: {open.Count} run(s) will not be worked for again; what was spent stays in {home.LedgerFile}"
        );
        return ExitCode.Ok;
    }
}
