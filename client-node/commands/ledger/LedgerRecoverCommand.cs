using System.CommandLine;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>
/// <c>fednode ledger recover</c>: accepts that entries are lost. What they may have spent is charged, and the plans from before end.
/// </summary>
internal static class LedgerRecoverCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var home = HomeOption.Home();
        var json = HomeOption.Json();
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be charged, and change nothing." };
        var command = new Command(
            "recover",
            """
            Goes on after an older ledger was put back. Put the right one back instead, if it can be found: this charges the most that the lost entries can have spent, so what
            is left of the budget or a whole one, and ends the open plans. If node.yaml named another source or a larger budget since, write that there first. Raise budget.epsilon in node.yaml to take part in runs again.
            Example: fednode ledger recover --dry-run
            """
        )
        {
            home,
            dryRun,
            json,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(() =>
                parsed.GetValue(dryRun)
                    ? Preview(NodeHome.OpenToRead(parsed.GetValue(home)!), parsed.GetValue(json))
                    : Recover(parsed.GetValue(home)!, parsed.GetValue(json))
            )
        );
        return command;
    }

    private static int Preview(NodeHome home, bool json)
    {
        var ledger = PrivacyLedger.Read(home.LedgerFile, home.LedgerAnchors);
        if (ledger.Gap is { } gap)
        {
            return Tell("would be charged", gap, ledger.ChargesOfGap(Budgets(home)), null, json);
        }

        Console.WriteLine(
            json
                ? JsonSerializer.Serialize(
                    new { missing = ledger.Gap, charges = Array.Empty<RecoveredCharge>() },
                    NodeJson.Options
                )
                : "nothing is missing: there is nothing to recover"
        );
        return ExitCode.Ok;
    }

    private static int Recover(string folder, bool json)
    {
        var budgets = Budgets(NodeHome.OpenToRead(folder));
        using var home = NodeHome.OpenToWork(folder);
        using var ledger = PrivacyLedger.Open(home.LedgerFile, TimeProvider.System, home.LedgerAnchors);
        var gap = ledger.Gap;
        var entry = ledger.Recover(budgets, "fednode ledger recover");
        EndRuns(home, ledger);
        return Tell("charged", gap!, entry.Charges, entry.Sequence, json);
    }

    // Their plans are over; a run whose plan was lost itself is judged anew.
    private static void EndRuns(NodeHome home, PrivacyLedger ledger)
    {
        var offers = new OfferedRuns(home, TimeProvider.System);
        foreach (var run in ledger.Entries.OfType<ReservedEntry>().Select(entry => entry.Plan.RunDigest).Distinct())
        {
            if (offers.Decision(run) is { Answer: ConsentAnswer.Accepted })
            {
                offers.Decide(run, ConsentAnswer.Ended, "policy", "its plan ended when the ledger was recovered");
            }
        }
    }

    private static Dictionary<string, PrivacyBudget> Budgets(NodeHome home)
    {
        var source = NodeSettingsYaml.Read(home.SettingsFile).Source;
        return new Dictionary<string, PrivacyBudget>
        {
            [source.Name] = new PrivacyBudget(source.Epsilon, source.Delta),
        };
    }

    private static int Tell(
        string what,
        LedgerGap gap,
        IReadOnlyList<RecoveredCharge> charges,
        long? sequence,
        bool json
    )
    {
        if (json)
        {
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new
                    {
                        missing = gap,
                        charges,
                        sequence,
                    },
                    NodeJson.Options
                )
            );
            return ExitCode.Ok;
        }

        Console.WriteLine(
            $"the ledger ended at {gap.Here}; {gap.Lost} was confirmed before{(gap.MayBeForked ? ", and both may have spent since they parted" : "")}"
        );
        foreach (var charge in charges)
        {
            Console.WriteLine($"{what}: {LedgerText.Of(charge)}");
        }

        Console.WriteLine(
            sequence is { } written
                ? $"entry {written} records it; the plans from before are over. To take part in runs again, raise source.budget (ε and δ) in node.yaml"
                : "nothing was changed; `fednode ledger recover` does it"
        );
        return ExitCode.Ok;
    }
}
