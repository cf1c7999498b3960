using System.CommandLine;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary><c>fednode ledger show</c>: the entries, and what each source has spent. Reads beside a working node.</summary>
internal static class LedgerShowCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var home = HomeOption.Home();
        var json = HomeOption.Json();
        var command = new Command("show", "Entries, and what each source has spent. Example: fednode ledger show")
        {
            home,
            json,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(() => Show(NodeHome.OpenToRead(parsed.GetValue(home)!), parsed.GetValue(json)))
        );
        return command;
    }

    private static int Show(NodeHome home, bool json)
    {
        var ledger = PrivacyLedger.Read(home.LedgerFile, home.LedgerAnchors);
        var sources = ledger.Sources.Select(ledger.Status).ToList();
        if (json)
        {
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new
                    {
                        head = ledger.Head,
                        missing = ledger.Gap,
                        sources,
                        plans = ledger.Plans,
                        entries = ledger.Entries,
                    },
                    NodeJson.Options
                )
            );
            return ExitCode.Ok;
        }

        foreach (var entry in ledger.Entries)
        {
            Console.WriteLine($"{entry.Sequence, 6}  {entry.At:u}  {LedgerText.Of(entry)}");
        }

        foreach (var source in sources)
        {
            Console.WriteLine(LedgerText.Of(source));
        }

        if (ledger.Gap is { } gap)
        {
            Console.WriteLine(
                $"MISSING: {gap.Lost} was confirmed before; nothing more is spent: see `fednode ledger recover --dry-run`"
            );
        }

        return ExitCode.Ok;
    }
}
