using System.Collections.Immutable;
using System.Globalization;
using Federated.Privacy.Accounting;

namespace Federated.Aggregation.Grains;

/// <summary>A run's state as operators read it.</summary>
internal static class RunReading
{
    /// <summary>The whole status.</summary>
    public static RunStatus Status(RunState state, IReadOnlyDictionary<string, DateTimeOffset> lastContact)
    {
        // Accepted is not merged: an update may have been dropped with its node, left out for lateness, or never published.
        var merged = state
            .Published.SelectMany(version => version.Report?.Updates ?? [])
            .Where(update => update.Coefficient != 0)
            .CountBy(update => update.NodeId)
            .ToDictionary(StringComparer.Ordinal);
        return new(
            state.Terms.RunDigest,
            state.Name,
            state.Group,
            state.Phase,
            state.Reason ?? "",
            state.Latest?.Number ?? -1,
            state.Terms.Versions,
            state.Open is { } open ? Open(state, open) : null,
            state.Nodes,
            [.. state.Members.Values.Select(member => Member(state, member, merged, lastContact))],
            state.CreatedAt,
            state.LastEventAt,
            state.Revision,
            state.Evaluations.IsEmpty ? -1 : state.Evaluations.Keys.Last(),
            state.Evaluations.IsEmpty ? null : state.Evaluations.Values.Last().NatsPerToken,
            state.Evaluations.IsEmpty ? null : state.Evaluations.Values.Last().Accuracy,
            state.SweptAt is { } at ? Swept(state, at) : null
        );
    }

    /// <summary>One version.</summary>
    public static VersionSummary Summary(RunState state, PublishedVersion version) =>
        new(
            version.Number,
            version.Digest,
            version.Length,
            version.OpenedAt,
            version.PublishedAt,
            version.Report?.Nodes ?? 0,
            [
                .. (version.Report?.Updates ?? []).Select(update => new MergedUpdate(
                    update.NodeId,
                    update.BaseVersion,
                    update.Digest,
                    update.Staleness,
                    update.Scale,
                    update.Weight,
                    update.Coefficient,
                    update.Norm,
                    update.Clip
                )),
            ],
            version.Report?.CoefficientSum ?? 0,
            version.Report?.NoiseAmplification ?? 0,
            version.Report?.UniformNoiseAmplification ?? 0,
            version.Report?.StepNorm ?? 0,
            version.Report?.Remembered ?? 0,
            version.Report?.Robust is { } robust ? Robust(robust) : null,
            version.Report?.Merge?.ToJson(),
            version.Residual?.Length ?? 0,
            state.Evaluations.GetValueOrDefault(version.Number)?.ToJson(),
            version.Report?.Central is { } central
                ? new(central.Sensitivity, central.NoiseDeviation, central.Epsilon, central.Delta)
                : null,
            Noised(state, version.Number)
        );

    private static SweptUpdates Swept(RunState state, DateTimeOffset at)
    {
        var swept = state.Swept.Select(key => state.Accepted[key]).ToList();
        var published = swept.Select(update => update.AcceptedInto).Where(version => version < state.Published.Count);
        return new(swept.Count, swept.Sum(update => update.Length), published.DefaultIfEmpty().Max(), at);
    }

    // A metric judges the version that its update was trained from.
    private static NoisedLoss? Noised(RunState state, long version)
    {
        var metrics = state
            .Accepted.Values.Where(update => update.BaseVersion == version)
            .Select(update => update.Metric)
            .OfType<AttestedMetric>()
            .ToList();
        if (metrics.Count == 0)
        {
            return null;
        }

        var records = metrics.Sum(metric => (double)metric.Records);
        var variance = metrics.Sum(metric => Math.Pow(metric.NoiseMultiplier * metric.LossClip, 2));
        return new(metrics.Sum(metric => metric.Sum) / records, Math.Sqrt(variance) / records, metrics.Count);
    }

    private static RobustSummary Robust(RobustReport report) =>
        new(
            report.Method,
            report.Bound,
            report.Clipped,
            report.SignalToNoise,
            report.Warning ?? "",
            [.. report.Nodes.Select(node => new NodeOddity(node.NodeId, node.Score, node.Share))]
        );

    /// <summary>Why the run is where it is.</summary>
    public static RunExplanation Explain(RunState state, DateTimeOffset now)
    {
        switch (state.Phase)
        {
            case RunPhase.Recruiting:
                return new(
                    $"recruiting: {state.Nodes} of {state.Terms.Close.RecruitingTarget} nodes have accepted the document",
                    [.. NotAdmitted(state)],
                    null
                );
            case RunPhase.Paused:
                return new($"paused: {state.Reason}", [], null);
            case RunPhase.Running when state.Open is { TakesUpdates: true } open:
                var decision = CloseRule.Decide(state.Terms.Close, open, state.NodesToReport, now);
                return new(
                    $"version {open.Number} of {state.Terms.Versions}: {decision.Because}",
                    [.. Missing(state, open), .. NotAdmitted(state)],
                    decision.At
                );
            case RunPhase.Running:
                return new($"version {state.Published.Count} is being merged", [], null);
            default:
                return new($"{state.Phase}: {state.Reason ?? "all versions are published"}", [], null);
        }
    }

    private static IEnumerable<string> Missing(RunState state, OpenVersion open) =>
        state
            .Members.Values.Where(member =>
                member.Standing == NodeStanding.Admitted && !open.UpdatesOfNode.ContainsKey(member.NodeId)
            )
            .Select(member =>
                state.Dropped.Contains(new(member.NodeId, state.Latest!.Number))
                    ? $"node {member.NodeId} reports from version {open.Number + 1} on: its update was dropped when it was suspended"
                    : $"node {member.NodeId} has not reported for version {open.Number}"
            );

    private static IEnumerable<string> NotAdmitted(RunState state)
    {
        var answered = state
            .Members.Values.Where(member => member.Standing != NodeStanding.Admitted)
            .Select(member =>
                string.Create(
                        CultureInfo.InvariantCulture,
                        $"node {member.NodeId}: {member.Standing} since {member.Since:u} {member.Reason}"
                    )
                    .TrimEnd()
            );
        var silent = (state.EligibleNodes ?? []).Where(node => !state.Members.ContainsKey(node));
        return [.. answered, .. silent.Select(node => $"node {node} has not answered the document")];
    }

    private static OpenVersionStatus Open(RunState state, OpenVersion open) =>
        new(
            open.Number,
            open.OpenedAt,
            open.Deadline,
            !open.TakesUpdates,
            [
                .. open.Updates.Values.Select(update => new AcceptedStatus(
                    update.NodeId,
                    update.BaseVersion,
                    state.Latest!.Number - update.BaseVersion,
                    update.Norm
                )),
            ]
        );

    private static RunNodeStatus Member(
        RunState state,
        RunMember member,
        Dictionary<string, int> merged,
        IReadOnlyDictionary<string, DateTimeOffset> lastContact
    )
    {
        var version = Math.Max(state.Open?.Number ?? state.Published.Count, member.Counters.CountedTo);
        var counters =
            member.Standing == NodeStanding.Admitted
                ? member.Counters.AdvanceTo(version, state.Terms.Participation.Cutoff)
                : member.Counters;
        return new(
            member.NodeId,
            member.Standing,
            member.Reason ?? "",
            state.NextWeight(member),
            counters.Intervals,
            counters.OpenInterval,
            merged.GetValueOrDefault(member.NodeId),
            lastContact.TryGetValue(member.NodeId, out var contact) ? contact : null,
            member.DeclaredRecords
        );
    }
}
