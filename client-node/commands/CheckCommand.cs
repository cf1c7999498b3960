using System.CommandLine;
using System.Text.Json;

namespace Federated.ClientNode;

/// <summary><c>fednode check</c>: whether a start would work, and what would be sealed. Reads beside a working node.</summary>
internal static class CheckCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var home = HomeOption.Home();
        var json = HomeOption.Json();
        var command = new Command(
            "check",
            """
            Checks settings, data, models, ledger, disk, and the silo with this node's key and clock; says what would be sealed. Nothing is written or trained.
            Example: fednode check --home fednode
            Exit codes: 0 all in order; otherwise that of the first thing that is not: 2 a correction is needed, 3 refused, 4 the silo cannot be reached.
            """
        )
        {
            home,
            json,
        };
        command.SetAction(
            (parsed, cancellation) =>
                CommandRun.GuardAsync(() =>
                    CheckAsync(NodeHome.OpenToRead(parsed.GetValue(home)!), parsed.GetValue(json), cancellation)
                )
        );
        return command;
    }

    private static async Task<int> CheckAsync(NodeHome home, bool json, CancellationToken cancellation)
    {
        var node = new NodeChecks(home, NodeSettingsYaml.Read(home.SettingsFile), TimeProvider.System);
        var checks = await node.RunAsync(cancellation);
        if (json)
        {
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new
                    {
                        isOk = checks.All(check => check.IsOk),
                        checks,
                        wouldSeal = node.Planned,
                    },
                    NodeJson.Options
                )
            );
        }
        else
        {
            foreach (var check in checks)
            {
                Console.WriteLine($"{(check.IsOk ? "ok    " : "FAILED")}  {check.What, -8}  {check.Detail}");
            }

            foreach (var run in node.Planned)
            {
                var unless = run.Answer == ConsentAnswer.Pending ? ", once you approve it" : "";
                Console.WriteLine(
                    $"would seal  run {run.Name}: at most {run.Updates - run.Sealed} more updates of {run.BytesEach} bytes, {run.Steps} steps each, {run.Mechanism}{unless}"
                );
            }
        }

        return checks.FirstOrDefault(check => !check.IsOk)?.Code ?? ExitCode.Ok;
    }
}
