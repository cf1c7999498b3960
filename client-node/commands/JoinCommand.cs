using System.CommandLine;
using Federated.Adapters;
using Serilog;

namespace Federated.ClientNode;

/// <summary><c>fednode join</c>: joins when that is still to be done, then works until stopped.</summary>
internal static class JoinCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var options = new JoinOptions();
        var command = new Command(
            "join",
            """
            Joins a silo's group and trains. Started again with --home alone it goes on where it stopped. Ctrl-C stops it; nothing is lost.
            Example: fednode join https://silo.example.org:7400 --token T --data records.jsonl --declared-records 2000 --model base=models/base
            Exit codes: 0 the run has ended (--until-ended); 2 a correction is needed; 3 refused by policy, budget or silo; 4 the silo cannot be reached; 5 stopped.
            """
        )
        {
            options.Silo,
            options.Token,
            options.Data,
            options.Home,
            options.Name,
            options.Source,
            options.DeclaredRecords,
            options.DeclaredSubjects,
            options.Epsilon,
            options.Delta,
            options.Composition,
            options.Model,
            options.Consent,
            options.AllowTestNoise,
            options.AllowNonPrivate,
            options.AllowMetrics,
            options.ShareDeclaredRecords,
            options.ShowEpsilon,
            options.UntilEnded,
            options.ReportEveryVersion,
            options.AdoptData,
        };
        options.Machine.AddTo(command);
        command.SetAction(
            (parsed, cancellation) => CommandRun.GuardAsync(() => RunAsync(options, parsed, cancellation))
        );
        return command;
    }

    private static async Task<int> RunAsync(JoinOptions options, ParseResult parsed, CancellationToken cancellation)
    {
        var folder = Path.GetFullPath(parsed.GetValue(options.Home)!);
        if (!NodeHome.Exists(folder))
        {
            // Before anything is made: a mistyped command leaves no folder behind.
            _ = options.Settings(parsed, earlier: null, folder);
        }

        using var home = NodeHome.OpenToWork(folder);
        await using var log = NodeLog.Open(home);
        var settings = Settings(home, options, parsed, log);
        var machine = options.Machine.Read(parsed);
        TorchThreads.Prepare(machine.Threads);
        var device = machine.Resolve();
        await using var session = new NodeSession(
            home,
            settings,
            parsed.GetValue(options.AdoptData),
            TimeProvider.System,
            log,
            cancellation
        );
        Introduce(settings, log);
        log.Information("trains on {Device}", device);
        var membership = await session.JoinAsync(parsed.GetValue(options.Token), cancellation);
        log.Information(
            "node {Node} in group {Group}; asks for work until it is stopped (Ctrl-C)",
            membership.NodeId[..12],
            membership.Group
        );

        var end = await session.WorkAsync(
            membership,
            machine,
            parsed.GetValue(options.UntilEnded),
            parsed.GetValue(options.ReportEveryVersion),
            cancellation
        );
        return end switch
        {
            LoopEnd.Completed => ExitCode.Ok,
            LoopEnd.Declined => ExitCode.Refused,
            _ => ExitCode.Failed,
        };
    }

    private static NodeSettings Settings(NodeHome home, JoinOptions options, ParseResult parsed, ILogger log)
    {
        if (!File.Exists(home.SettingsFile))
        {
            Write(home, options.Settings(parsed, earlier: null, home.Folder));
        }
        else if (!HasJoined(home))
        {
            // A first try that failed is corrected by the next: typed again with another file, address or number.
            var earlier = NodeSettingsYaml.Read(home.SettingsFile);
            var corrected = options.Settings(parsed, earlier, home.Folder);
            if (NodeSettingsYaml.Write(corrected) != NodeSettingsYaml.Write(earlier))
            {
                Write(home, corrected);
                log.Information("{File} says now what this command does", home.SettingsFile);
            }
        }
        else if (options.OnlyUntilJoined(parsed) is { Count: > 0 } ignored)
        {
            log.Warning("{File} decides; not read: {Options}", home.SettingsFile, string.Join(' ', ignored));
        }

        var settings = NodeSettingsYaml.Read(home.SettingsFile);
        if (parsed.GetValue(options.Silo) is not { } silo)
        {
            return settings;
        }

        // A silo that has moved: for this start only, since node.yaml is the owner's.
        return SiloAddress.TryParse(silo, out var why) is { } address
            ? settings with
            {
                Silo = address,
            }
            : throw new NodeSettingsException("join", [$"URL {silo}: {why}"]);
    }

    private static void Write(NodeHome home, NodeSettings settings) =>
        DurableFile.Write(home.SettingsFile, System.Text.Encoding.UTF8.GetBytes(NodeSettingsYaml.Write(settings)));

    // Or has been a member, and has spent.
    private static bool HasJoined(NodeHome home) =>
        File.Exists(home.MembershipFile) || new FileInfo(home.LedgerFile) is { Exists: true, Length: > 0 };

    private static void Introduce(NodeSettings settings, ILogger log)
    {
        log.Information("{Introduction}", RunSummary.WhatCanLeave(settings));
        if (settings.Models.Count == 0)
        {
            log.Warning("no base model is named, so no run can be accepted: add one under models in node.yaml");
        }

        foreach (var (name, model) in settings.Models)
        {
            if (!File.Exists(Path.Combine(model, "config.json")))
            {
                log.Warning(
                    "base model {Name}: {Folder} has no config.json; runs with it will be declined",
                    name,
                    model
                );
            }
        }
    }
}
