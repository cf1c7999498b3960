using System.Globalization;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>What an owner reads before a run: what leaves the building, and what it costs at most.</summary>
internal static class RunSummary
{
    /// <summary>A few lines of plain text.</summary>
    public static string WhatLeaves(
        RunDocument run,
        ReservationRequest plan,
        PrivacyGuarantee price,
        NodeSettings settings
    )
    {
        var protection = plan.IsPrivate
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"ε ≤ {price.Epsilon:F3} at δ = {price.Delta:G2} for any one record, whoever looks (budget ε {settings.Source.Epsilon:G4}, δ {settings.Source.Delta:G2})"
            )
            : $"NOTHING: mechanism {run.Privacy.Mechanism} protects no record. For public data only";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            run {RunName.Of(run)}: at most {run.Rounds.Versions} updates of {run.Local.Steps} steps, base model {run.BaseModel.Name}
              leaves this machine:  adapter updates (rank {run.Adapter.Rank} on {string.Join(
                ", ",
                run.Adapter.Targets
            )}), clipped to {run.Privacy.MaxGradNorm:G3} a record and noised ({run.Privacy.NoiseMultiplier:G3}); phase and step while it works{(
                settings.Policy.ShowEpsilon ? "; ε numbers" : ""
            )}
              never leaves:         records, their number, losses, un-noised gradients, the key
              protects:             {protection}
            """
        );
    }
}
