using System.CommandLine;
using System.Text.Json;

namespace Federated.ClientNode;

/// <summary><c>fednode runs list | approve | decline</c>: the owner's side of consent.</summary>
internal static class RunsCommand
{
    /// <summary>The command.</summary>
    public static Command Create() =>
        new("runs", "Runs that were offered to this node, and the owner's answers.")
        {
            List(),
            Decide("approve", "Agree to a run. Example: fednode runs approve 3fa91c0b", ConsentAnswer.Accepted),
            Decide("decline", "Refuse a run. Example: fednode runs decline 3fa91c0b", ConsentAnswer.Declined),
        };

    private static Command List()
    {
        var home = HomeOption.Home();
        var json = HomeOption.Json();
        var command = new Command("list", "Lists them. Example: fednode runs list --json") { home, json };
        command.SetAction(parsed =>
            CommandRun.Guard(() =>
            {
                var offers = new OfferedRuns(NodeHome.OpenToRead(parsed.GetValue(home)!), TimeProvider.System);
                var rows = offers
                    .Digests.Select(digest =>
                        (Digest: digest, Name: offers.NameOf(digest), Decision: offers.Decision(digest))
                    )
                    .ToList();
                if (parsed.GetValue(json))
                {
                    Console.WriteLine(
                        JsonSerializer.Serialize(
                            rows.Select(row => new
                            {
                                runDigest = row.Digest,
                                name = row.Name,
                                answer = row.Decision?.Answer ?? ConsentAnswer.Pending,
                                by = row.Decision?.By,
                                reason = row.Decision?.Reason,
                            }),
                            NodeJson.Options
                        )
                    );
                    return ExitCode.Ok;
                }

                if (rows.Count == 0)
                {
                    Console.WriteLine("no run was offered yet: `fednode join` asks the silo while it works");
                }

                foreach (var (digest, name, decision) in rows)
                {
                    var answer = (decision?.Answer ?? ConsentAnswer.Pending).ToString().ToLowerInvariant();
                    Console.WriteLine($"{digest[..12]}  {name, -28}  {answer, -8}  {decision?.Reason}");
                }

                return ExitCode.Ok;
            })
        );
        return command;
    }

    private static Command Decide(string name, string description, ConsentAnswer answer)
    {
        var run = new Argument<string>("RUN") { Description = "Name of the run, or the first digits of its digest." };
        var home = HomeOption.Home();
        var command = new Command(name, description) { run, home };
        command.SetAction(parsed =>
            CommandRun.Guard(() =>
            {
                var offers = new OfferedRuns(NodeHome.OpenToRead(parsed.GetValue(home)!), TimeProvider.System);
                var digest = offers.Find(parsed.GetValue(run)!);
                if (offers.Decision(digest)?.Answer is ConsentAnswer.Accepted or ConsentAnswer.Ended)
                {
                    throw new NodeHomeException(
                        $"run {offers.NameOf(digest)}: was accepted before and its plan is reserved; `fednode leave` takes no further part in any run"
                    );
                }

                offers.Decide(digest, answer, "owner", answer == ConsentAnswer.Accepted ? "" : "the owner said no");
                Console.WriteLine(
                    $"run {offers.NameOf(digest)}: {answer.ToString().ToLowerInvariant()}; the node tells the silo at its next check-in"
                );
                return ExitCode.Ok;
            })
        );
        return command;
    }
}
