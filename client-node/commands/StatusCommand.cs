using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary><c>fednode status</c>: who this node is, what it works on, and what it has spent. Reads beside a working node.</summary>
internal static class StatusCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var home = HomeOption.Home();
        var json = HomeOption.Json();
        var command = new Command("status", "What this node is and does. Example: fednode status --json")
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
        var settings = NodeSettingsYaml.Read(home.SettingsFile);
        var membership = Membership.Read(home);
        var ledger = File.Exists(home.LedgerFile) ? PrivacyLedger.Read(home.LedgerFile, home.LedgerAnchors) : null;
        var spent = ledger?.Status(settings.Source.Name);
        var offers = new OfferedRuns(home, TimeProvider.System);
        var runs = offers
            .Digests.Select(digest => new
            {
                runDigest = digest,
                name = offers.NameOf(digest),
                answer = offers.Decision(digest)?.Answer ?? ConsentAnswer.Pending,
                report = LocalReport.Read(home.ReportFile(digest)),
            })
            .ToList();

        if (json)
        {
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new
                    {
                        name = settings.Name,
                        nodeId = membership?.NodeId,
                        group = membership?.Group,
                        silo = settings.Silo.ToString(),
                        source = settings.Source.Name,
                        spent,
                        missing = ledger?.Gap,
                        runs,
                    },
                    NodeJson.Options
                )
            );
            return ExitCode.Ok;
        }

        Console.WriteLine($"node    {settings.Name}  {membership?.NodeId ?? "(has not joined)"}");
        Console.WriteLine($"silo    {settings.Silo}  group {membership?.Group ?? "-"}");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                source  {settings.Source.Name}: certified ε {EpsilonText.Upper(
                    spent?.CertifiedEpsilon ?? 0,
                    3
                )} of {settings.Source.Epsilon:G4} used whatever happens, δ {spent?.ReservedDelta
                    ?? 0:G2} of {settings.Source.Delta:G2}
                        if stopped now by a rule fixed beforehand: ε {spent?.EpsilonOfStepsDone ?? 0:F3}
                """
            )
        );
        if (ledger?.Gap is { } gap)
        {
            Console.WriteLine($"        STOPPED: the ledger misses {gap.Lost}; see `fednode ledger recover --dry-run`");
        }

        foreach (var run in runs)
        {
            var answer = run.answer.ToString().ToLowerInvariant();
            var done = run.report is { } report
                ? $"{report.Outcome}, version {report.Version}, {report.Updates} updates, {report.BytesSent} bytes sent"
                : "nothing done";
            Console.WriteLine($"run     {run.name} ({run.runDigest[..12]}): {answer}; {done}");
        }

        return ExitCode.Ok;
    }
}
