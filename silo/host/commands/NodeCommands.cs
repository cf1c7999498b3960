using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;

namespace Federated.Silo;

/// <summary>fedsilo node: inviting machines, and seeing them.</summary>
internal static class NodeCommands
{
    public static Command Create() => new("node", "Invites nodes and lists them.") { Invite(), List() };

    private static Command Invite()
    {
        Option<string?> group = new("--group")
        {
            Description = "Group to join; default: the silo's first",
            HelpName = "NAME",
        };
        Option<int> hours = new("--hours")
        {
            Description = "How long the invitation is good",
            DefaultValueFactory = _ => 24 * 7,
        };
        Option<int> nodes = new("--nodes")
        {
            Description = "How many machines may use it",
            DefaultValueFactory = _ => 1,
        };
        var silo = new SiloConnection();
        Command command = new(
            "invite",
            "Makes a token with which machines join, and prints the command to run there. The token is shown once.\n\nExample:\n  fedsilo node invite --nodes 5 --data ./silo"
        )
        {
            group,
            hours,
            nodes,
        };
        silo.AddTo(command)
            .SetGuardedAction(
                async (result, cancellation) =>
                {
                    using var client = silo.Open(result);
                    var path = string.Create(
                        CultureInfo.InvariantCulture,
                        $"/api/invitations?hours={result.GetValue(hours)}&nodes={result.GetValue(nodes)}"
                    );
                    if (result.GetValue(group) is { } name)
                    {
                        path += $"&group={Uri.EscapeDataString(name)}";
                    }

                    var invitation = await client.PostAsync<IssuedInvitation>(path, null, cancellation);
                    if (silo.Json(result))
                    {
                        Output.Json(invitation);
                        return ExitCode.Ok;
                    }

                    Console.WriteLine(
                        $"Group {invitation.Group}, {invitation.Nodes} node(s), until {RunText.Time(invitation.ExpiresAt)}. On each machine, beside its data:"
                    );
                    Console.WriteLine(
                        $"  fednode join {invitation.Url.GetLeftPart(UriPartial.Authority)} --token {invitation.Token} --data records.jsonl --declared-records N{Models(invitation)}"
                    );
                    Console.WriteLine("N: about how many records, a coarse number that their owner chooses.");
                    return ExitCode.Ok;
                }
            );
        return command;
    }

    private static string Models(IssuedInvitation invitation) =>
        string.Concat(invitation.Models.DefaultIfEmpty("NAME").Select(name => $" --model {name}=FOLDER"));

    private static Command List()
    {
        var silo = new SiloConnection();
        Command command = new(
            "list",
            "Lists the nodes that have joined, and what they do.\n\nExample:\n  fedsilo node list --data ./silo"
        );
        silo.AddTo(command)
            .SetGuardedAction(
                async (result, cancellation) =>
                {
                    using var client = silo.Open(result);
                    var nodes = await client.GetAsync<ImmutableArray<NodeView>>("/api/nodes", cancellation);
                    if (silo.Json(result))
                    {
                        Output.Json(nodes);
                        return ExitCode.Ok;
                    }

                    Output.Table(
                        ["NODE", "NAME", "GROUP", "PHASE", "STEP", "SENT", "RECEIVED", "EPSILON", "LAST CONTACT"],
                        nodes.Select(Row)
                    );
                    return ExitCode.Ok;
                }
            );
        return command;
    }

    private static IReadOnlyList<string> Row(NodeView node) =>
        [
            node.NodeId[..12],
            node.Name,
            node.Group,
            node.Phase,
            node.Steps > 0 ? $"{node.Step}/{node.Steps}" : "",
            $"{node.BytesSent}",
            $"{node.BytesReceived}",
            node.EpsilonBudget > 0
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{node.EpsilonReserved:0.##} of {node.EpsilonBudget:0.##}"
                )
                : "",
            RunText.Time(node.LastContact),
        ];
}
