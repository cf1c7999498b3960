using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary><c>fednode policy</c>: what node.yaml decides, checked, and what it would say to a run. Reads beside a working node.</summary>
internal static class PolicyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var home = HomeOption.Home();
        var run = new Option<string?>("--run")
        {
            Description = "A run document: what the policy says to it, and what its whole plan would cost.",
            HelpName = "run.yaml",
        };
        var json = HomeOption.Json();
        var command = new Command(
            "policy",
            """
            What the owner's policy allows and what can leave; with --run, what it says to one run. Nothing is reserved, and nobody is asked.
            Example: fednode policy --run run.yaml
            Exit codes: 0 valid, and the run is allowed; 2 node.yaml or the document needs a correction; 3 the run is refused.
            """
        )
        {
            home,
            run,
            json,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(() =>
                Show(NodeHome.OpenToRead(parsed.GetValue(home)!), parsed.GetValue(run), parsed.GetValue(json))
            )
        );
        return command;
    }

    private static int Show(NodeHome home, string? file, bool json)
    {
        var settings = NodeSettingsYaml.Read(home.SettingsFile);
        var run = file is null ? null : Read(file);
        var verdict = run is null
            ? null
            : new OwnerPolicy(settings).Judge(CanonicalRunDocument.Digest(run), run, Account(home, settings));
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(View(settings, run, verdict), NodeJson.Options));
        }
        else
        {
            Print(home, settings, run, verdict);
        }

        return verdict is PolicyVerdict.Refused ? ExitCode.Refused : ExitCode.Ok;
    }

    private static RunDocument Read(string file)
    {
        try
        {
            return RunDocumentYaml.Parse(File.ReadAllText(file));
        }
        catch (Exception error) when (error is RunDocumentException or IOException or UnauthorizedAccessException)
        {
            throw new NodeSettingsException(file, [error.Message]);
        }
    }

    private static SourceAccount Account(NodeHome home, NodeSettings settings) =>
        File.Exists(home.LedgerFile)
            ? PrivacyLedger.Read(home.LedgerFile, home.LedgerAnchors).Account(settings.Source.Name)
            : new SourceAccount { Source = settings.Source.Name };

    private static object View(NodeSettings settings, RunDocument? run, PolicyVerdict? verdict) =>
        new
        {
            name = settings.Name,
            source = settings.Source,
            policy = settings.Policy,
            models = settings.Models,
            holdOutFraction = settings.HoldOutFraction,
            run = run is null
                ? null
                : new
                {
                    name = RunName.Of(run),
                    runDigest = CanonicalRunDocument.Digest(run),
                    isAllowed = verdict is PolicyVerdict.Allowed,
                    needsOwner = verdict is PolicyVerdict.Allowed { NeedsOwner: true },
                    reasons = verdict is PolicyVerdict.Refused refused ? refused.Reasons : [],
                    price = (verdict as PolicyVerdict.Allowed)?.Price,
                },
        };

    private static void Print(NodeHome home, NodeSettings settings, RunDocument? run, PolicyVerdict? verdict)
    {
        var policy = settings.Policy;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                {home.SettingsFile} is valid.
                consent     {policy.Consent.ToString().ToLowerInvariant()}{(
                    policy.Consent == ConsentMode.List ? $": {policy.Runs.Count} run(s)" : ""
                )}
                per run     {(policy.MaxEpsilonPerRun is { } most ? $"ε ≤ {most:G4}" : "what is left of the budget")}
                budget      ε {settings.Source.Epsilon:G4}, δ {settings.Source.Delta:G2} for any one {settings.Source.Unit} of {settings.Source.Name}
                models      {string.Join(", ", settings.Models.Select(model => $"{model.Key} = {model.Value}"))}

                {RunSummary.WhatCanLeave(settings)}
                """
            )
        );
        switch (verdict)
        {
            case PolicyVerdict.Allowed allowed:
                Console.WriteLine();
                Console.WriteLine(RunSummary.WhatLeaves(run!, allowed.Plan, allowed.Price, settings));
                Console.WriteLine(allowed.NeedsOwner ? "allowed, once you approve it" : "allowed");
                break;
            case PolicyVerdict.Refused refused:
                Console.WriteLine($"\nrun {RunName.Of(run!)} is refused:");
                foreach (var reason in refused.Reasons)
                {
                    Console.WriteLine($"  {reason}");
                }

                break;
        }
    }
}
