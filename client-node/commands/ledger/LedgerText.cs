using System.Globalization;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>The ledger in words.</summary>
internal static class LedgerText
{
    /// <summary>One line about an entry.</summary>
    public static string Of(LedgerEntry entry) =>
        entry switch
        {
            ReservedEntry reserved => string.Create(
                CultureInfo.InvariantCulture,
                $"reserved  source {reserved.Plan.Source}, run {reserved.Plan.RunDigest[..12]}: {reserved.Plan.Steps} steps, σ {reserved.Plan.NoiseMultiplier:G4}, q {reserved.Plan.SamplingRate:G4}{Of(reserved.Plan.Metrics)}, ε {reserved.Epsilon?.ToString("F3", CultureInfo.InvariantCulture) ?? "∞ (not private)"} at δ {reserved.Delta:G2}"
            ),
            SealedEntry update =>
                $"sealed    version {update.BaseVersion}: {update.StepsDone} steps{(update.Metrics > 0 ? " and a metric" : "")}, update {update.UpdateDigest[..12]}",
            ReleasedEntry released => $"released  update {released.UpdateDigest[..12]}",
            ExpiredEntry expired => $"expired   {expired.Reason}",
            LinkedEntry linked => $"linked    source {linked.Source} with {linked.With}: one account",
            RecoveredEntry gap =>
                $"recovered up to entry {gap.LostSequence}, charged {string.Join("; ", gap.Charges.Select(Of))}; open plans ended",
            _ => entry.GetType().Name,
        };

    private static string Of(MetricPlan? metrics) =>
        metrics is null
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $", {metrics.Releases} metrics with σ {metrics.NoiseMultiplier:G4}"
            );

    /// <summary>One charge for lost entries.</summary>
    public static string Of(RecoveredCharge charge) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"source {charge.Source}: ε {EpsilonText.Upper(charge.Epsilon, 3)} and δ {charge.Delta:G2}"
        );

    /// <summary>A plan's stated ε beside the computed one.</summary>
    public static string Of(RecomputedPlan recomputed) =>
        recomputed.Plan.Epsilon is { } stated
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"run {recomputed.Plan.RunDigest[..12]}  ε stated {stated:F4} ({recomputed.Plan.Accountant}), computed {EpsilonText.Upper(recomputed.Epsilon ?? double.PositiveInfinity, 4)}, at least {EpsilonText.Lower(recomputed.EpsilonLower ?? 0, 4)}, at δ {recomputed.Plan.Delta:G2}: {recomputed.Verdict}"
            )
            : $"run {recomputed.Plan.RunDigest[..12]}  not private ({recomputed.Plan.Mechanism}): {recomputed.Verdict}";

    /// <summary>The two numbers of a source.</summary>
    public static string Of(SourceStatus source) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            source {source.Source}{(
                source.SharedWith.Count == 0 ? "" : $" (one account with {string.Join(", ", source.SharedWith)})"
            )}: steps {source.StepsDone} of {source.StepsReserved} done
              certified:         ε {EpsilonText.Upper(source.CertifiedEpsilon, 3)} of {source.Budget?.Epsilon
                ?? 0:G4} used, δ {source.ReservedDelta:G2} of {source.Budget?.Delta
                ?? 0:G2}: whatever happens to the runs so far
              if stopped now:    ε {source.EpsilonOfStepsDone:F3}, only if every run was stopped by a rule fixed beforehand
            """
        )
        + (source.IsPrivate ? "" : $"{Environment.NewLine}  NOT PRIVATE: a run without a guarantee was trained on it");
}
