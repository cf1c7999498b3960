using System.CommandLine;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>
/// <c>fednode ledger verify</c>: this node's ledger, or with <c>--statement</c> what another node's owner has exported: hashes, rules, signature, and every ε anew.
/// </summary>
internal static class LedgerVerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var home = HomeOption.Home();
        var json = HomeOption.Json();
        var statement = new Option<FileInfo?>("--statement")
        {
            Description = "Check this exported statement, of any node, instead of the ledger in --home.",
            HelpName = "FILE",
        };
        var command = new Command(
            "verify",
            "Checks every line's hash and rule, and computes every ε anew. Example: fednode ledger verify --statement clinic.json"
        )
        {
            home,
            statement,
            json,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(() =>
                parsed.GetValue(statement) is { } file
                    ? OfStatement(file, parsed.GetValue(json))
                    : OfHome(NodeHome.OpenToRead(parsed.GetValue(home)!), parsed.GetValue(json))
            )
        );
        return command;
    }

    private static int OfHome(NodeHome home, bool json)
    {
        var ledger = PrivacyLedger.Read(home.LedgerFile, home.LedgerAnchors);
        return ledger.Gap is { } gap
            ? throw new LedgerRolledBackException(home.LedgerFile, gap)
            : Tell(ledger, nodeId: null, json);
    }

    private static int OfStatement(FileInfo file, bool json)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file.FullName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NodeHomeException($"--statement {file}: cannot be read ({error.Message})", error);
        }

        var statement = LedgerStatement.Verify(bytes);
        return Tell(statement.Ledger, statement.NodeId.Value, json);
    }

    private static int Tell(LedgerSnapshot ledger, string? nodeId, bool json)
    {
        var plans = ledger.Recompute();
        var holds = plans.All(plan => plan.Verdict != "false");
        var sources = ledger.Sources.Select(ledger.Status).ToList();
        if (json)
        {
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new
                    {
                        holds,
                        nodeId,
                        head = ledger.Head,
                        entries = ledger.Entries.Count,
                        plans,
                        sources,
                    },
                    NodeJson.Options
                )
            );
            return holds ? ExitCode.Ok : ExitCode.Failed;
        }

        Console.WriteLine(
            $"{ledger.Entries.Count} entries hold; head {ledger.Head.Sequence} {ledger.Head.Hash}"
                + (nodeId is null ? "" : $"{Environment.NewLine}signed by node {nodeId}")
        );
        foreach (var plan in plans)
        {
            Console.WriteLine(LedgerText.Of(plan));
        }

        foreach (var source in sources)
        {
            Console.WriteLine(LedgerText.Of(source));
        }

        if (!holds)
        {
            Console.Error.WriteLine("fednode: a plan costs more than the ledger says");
        }

        return holds ? ExitCode.Ok : ExitCode.Failed;
    }
}
