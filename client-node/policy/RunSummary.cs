using System.Globalization;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>What an owner reads before a run: what leaves the building, and what it costs at most.</summary>
internal static class RunSummary
{
    /// <summary>What the settings alone allow to leave, before any run is offered. A few lines of plain text.</summary>
    public static string WhatCanLeave(NodeSettings settings)
    {
        var policy = settings.Policy;
        var unprotected = (policy.AllowTestNoise, policy.AllowNonPrivate) switch
        {
            (false, false) => "",
            (true, false) => "; runs with test noise are allowed, and protect no record",
            (false, true) => "; runs without noise are allowed, and protect no record",
            _ => "; runs with test noise or none are allowed, and protect no record",
        };
        var metrics = policy.AllowMetrics
            ? "\n  noised sums of losses on held-out records, and how many records you declared, for a run that asks for them"
            : "";
        var declared = policy.ShareDeclaredRecords
            ? $"\n  how many {settings.Source.Unit}s you declared ({settings.Source.DeclaredUnits}), to a run that weighs nodes by it"
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {settings.Name} with source {settings.Source.Name}: the records stay here. What can leave, and only for a run that this policy allows:
              adapter updates, noised if the run is private; yes or no to a run{metrics}{declared}
              phase, step and bytes while it works; number and hash of ledger entries{Epsilon(settings)}
              this node's name, public key and software version
              the private runs together cost any one {settings.Source.Unit} at most ε = {settings.Source.Epsilon:G4} at δ = {settings.Source.Delta:G2}{unprotected}
            """
        );
    }

    /// <summary>A few lines of plain text.</summary>
    public static string WhatLeaves(
        RunDocument run,
        ReservationRequest plan,
        PrivacyGuarantee price,
        NodeSettings settings
    )
    {
        var unit = run.Privacy.MaxRecordsPerSubject is { } most
            ? $"subject with all records that name it (at most {most} are used)"
            : "record";
        var protection = plan.IsPrivate
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"ε ≤ {EpsilonText.Upper(price.Epsilon, 3)} at δ = {price.Delta:G2} for any one {unit}, whoever looks (budget ε {settings.Source.Epsilon:G4}, δ {settings.Source.Delta:G2})"
            )
            : $"NOTHING: mechanism {run.Privacy.Mechanism} protects no record. For public data only";
        var noised = run.Privacy.Mechanism switch
        {
            "gaussian" => string.Create(CultureInfo.InvariantCulture, $"noised ({run.Privacy.NoiseMultiplier:G3})"),
            "test" => "with noise that anybody can subtract",
            _ => "NOT noised",
        };
        var bound = string.Create(CultureInfo.InvariantCulture, $"{run.Privacy.MaxGradNorm:G3}");
        bound = run.Privacy.AdaptiveClipping is null ? bound : $"a bound (first {bound}, then by noisy counts)";
        var unsent = plan.IsPrivate ? "un-noised gradients, " : "";
        var (metrics, losses) = run.Metrics is { } asked
            ? (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"\n                        at most {asked.Releases(run.Rounds.Versions)} sums of losses on held-out records, noised ({asked.NoiseMultiplier:G3}), and how many records you declared"
                ),
                "single losses"
            )
            : ("", "losses");
        var declared =
            run.Aggregation.Weights == "declared"
                ? $"\n                        how many {settings.Source.Unit}s you declared: {settings.Source.DeclaredUnits}, by which this node is weighed"
                : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            run {RunName.Of(run)}: at most {run.Rounds.Versions} updates of {run.Local.Steps} steps, base model {run.BaseModel.Name}
              leaves this machine:  adapter updates (rank {run.Adapter.Rank} on {string.Join(
                ", ",
                run.Adapter.Targets
            )}), clipped to {bound} a {run.Privacy.Unit} and {noised}{metrics}{declared}
                                    phase, step and bytes while it works; number and hash of ledger entries{Epsilon(settings)}
              never leaves:         records, their exact number, {losses}, {unsent}the key
              protects:             {protection}
            """
        );
    }

    // ε of a public plan tells q, and so the declared number of records.
    private static string Epsilon(NodeSettings settings) =>
        settings.Policy.ShowEpsilon ? "; ε numbers, which tell the number of records you declared" : "";
}
