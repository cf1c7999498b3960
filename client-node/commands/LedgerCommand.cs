using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary><c>fednode ledger show | verify</c>: what was promised and spent, and whether nobody has changed it since.</summary>
internal static class LedgerCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new("ledger", "The privacy ledger.") { Show(), Verify() };

    private static Command Show()
    {
        var home = HomeOption.Home();
        var json = HomeOption.Json();
        var command = new Command("show", "Entries, and what each source has spent. Example: fednode ledger show")
        {
            home,
            json,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(() =>
            {
                var ledger = PrivacyLedger.Read(NodeHome.OpenToRead(parsed.GetValue(home)!).LedgerFile);
                var sources = ledger.Sources.Select(ledger.Status).ToList();
                if (parsed.GetValue(json))
                {
                    Console.WriteLine(
                        JsonSerializer.Serialize(
                            new
                            {
                                head = ledger.Head,
                                sources,
                                entries = ledger.Entries,
                            },
                            NodeJson.Options
                        )
                    );
                    return ExitCode.Ok;
                }

                foreach (var entry in ledger.Entries)
                {
                    Console.WriteLine($"{entry.Sequence, 6}  {entry.At:u}  {Describe(entry)}");
                }

                foreach (var source in sources)
                {
                    Console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"source {source.Source}: ε {source.ReservedEpsilon:F3} of {source.Budget?.Epsilon:G4} reserved at δ {source.ReservedDelta:G2}; steps {source.StepsDone} of {source.StepsReserved} done"
                        ) + (source.IsPrivate ? "" : "; NOT PRIVATE: a run without a guarantee was trained on it")
                    );
                    Console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"  ε of the steps done: {source.EpsilonOfStepsDone:F3}, valid only if every run was stopped by a rule fixed beforehand"
                        )
                    );
                }

                return ExitCode.Ok;
            })
        );
        return command;
    }

    private static Command Verify()
    {
        var home = HomeOption.Home();
        var command = new Command("verify", "Checks every line's hash and rule. Example: fednode ledger verify")
        {
            home,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(() =>
            {
                var ledger = PrivacyLedger.Read(NodeHome.OpenToRead(parsed.GetValue(home)!).LedgerFile);
                Console.WriteLine(
                    $"{ledger.Entries.Count} entries hold; head {ledger.Head.Sequence} {ledger.Head.Hash}"
                );
                return ExitCode.Ok;
            })
        );
        return command;
    }

    private static string Describe(LedgerEntry entry) =>
        entry switch
        {
            ReservedEntry reserved => string.Create(
                CultureInfo.InvariantCulture,
                $"reserved  run {reserved.Plan.RunDigest[..12]}: {reserved.Plan.Steps} steps, σ {reserved.Plan.NoiseMultiplier:G4}, q {reserved.Plan.SamplingRate:G4}, ε {reserved.Epsilon?.ToString("F3", CultureInfo.InvariantCulture) ?? "∞ (not private)"} at δ {reserved.Delta:G2}"
            ),
            SealedEntry update =>
                $"sealed    version {update.BaseVersion}: {update.StepsDone} steps, update {update.UpdateDigest[..12]}",
            ReleasedEntry released => $"released  update {released.UpdateDigest[..12]}",
            ExpiredEntry expired => $"expired   {expired.Reason}",
            _ => entry.GetType().Name,
        };
}
