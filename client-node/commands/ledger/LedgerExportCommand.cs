using System.CommandLine;
using System.Text;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary><c>fednode ledger export</c>: the ledger as a signed JSON statement that anybody can check and recompute.</summary>
internal static class LedgerExportCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var home = HomeOption.Home();
        var output = new Option<FileInfo?>("--out")
        {
            Description = "Where to write it; standard output when absent.",
            HelpName = "FILE",
        };
        var command = new Command(
            "export",
            """
            The ledger as a signed JSON statement: every plan with mechanism, q, σ, steps, norm, unit, adjacency and δ, so that any accountant can
            compute its ε. It tells your sampling rates, so the number of records that you declared. Example: fednode ledger export --out clinic.json
            """
        )
        {
            home,
            output,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(() => Export(NodeHome.OpenToRead(parsed.GetValue(home)!), parsed.GetValue(output)))
        );
        return command;
    }

    private static int Export(NodeHome home, FileInfo? output)
    {
        var ledger = PrivacyLedger.Read(home.LedgerFile, home.LedgerAnchors);
        if (ledger.Gap is { } gap)
        {
            throw new LedgerRolledBackException(home.LedgerFile, gap);
        }

        if (!File.Exists(home.KeyFile))
        {
            throw new NodeHomeException(
                $"{home.KeyFile}: is missing, so nothing can be signed; restore it from a backup"
            );
        }

        using var identity = NodeIdentity.LoadOrCreate(home.KeyFile);
        var statement = LedgerStatement.Sign(ledger, identity, TimeProvider.System.GetUtcNow());
        if (output is null)
        {
            Console.Write(Encoding.UTF8.GetString(statement));
            return ExitCode.Ok;
        }

        DurableFile.Write(output.FullName, statement);
        Console.WriteLine($"{output.FullName}: {ledger.Entries.Count} entries, signed by node {identity.Id.Value}");
        return ExitCode.Ok;
    }
}
