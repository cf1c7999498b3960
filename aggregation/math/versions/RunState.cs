using System.Collections.Immutable;

namespace Federated.Aggregation;

/// <summary>A run at one moment, as a value: the fold of its events. <see cref="Apply"/> is the whole transition table.</summary>
public sealed partial record RunState
{
    private RunState(RunTerms terms, RunDrafted drafted)
    {
        Terms = terms;
        Name = drafted.Name;
        Group = drafted.Group;
        EligibleNodes = drafted.Nodes?.ToImmutableSortedSet(StringComparer.Ordinal);
        CreatedAt = drafted.At;
        LastEventAt = drafted.At;
        Revision = 1;
    }

    /// <summary>What the document fixes.</summary>
    public RunTerms Terms { get; }

    /// <summary>The readable name.</summary>
    public string Name { get; }

    /// <summary>The owning group.</summary>
    public string Group { get; }

    /// <summary>The nodes that may take part; null = any of the group.</summary>
    public ImmutableSortedSet<string>? EligibleNodes { get; }

    /// <summary>Where the run stands.</summary>
    public RunPhase Phase { get; private init; } = RunPhase.Draft;

    /// <summary>Why it is paused, failed or cancelled; null otherwise.</summary>
    public string? Reason { get; private init; }

    /// <summary>When it was drafted.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>When the newest event happened.</summary>
    public DateTimeOffset LastEventAt { get; private init; }

    /// <summary>When the pause began, null outside of one.</summary>
    public DateTimeOffset? PausedAt { get; private init; }

    /// <summary>Number of events so far.</summary>
    public long Revision { get; private init; }

    /// <summary>Nodes that have answered the document, by id.</summary>
    public ImmutableSortedDictionary<string, RunMember> Members => Roster.ById;

    /// <summary>Admitted nodes that are neither suspended nor gone.</summary>
    public int Nodes => Roster.Admitted;

    /// <summary>Σ <see cref="RunMember.Size"/> over those nodes.</summary>
    public long AdmittedSize => Roster.AdmittedSize;

    /// <summary>Nodes that were admitted and are suspended or gone now, by id.</summary>
    public ImmutableSortedSet<string> Away => Roster.Away;

    private RunMembers Roster { get; init; } = RunMembers.None;

    /// <summary>
    /// N of the open version's merge, by which its weights divide: the admitted nodes, and those away whose updates are in its list.
    /// </summary>
    public int NodesInMerge => Nodes + (Open is { } open ? AwayWithUpdates(open).Count() : 0);

    // With central privacy the total is a constant, since the sensitivity hangs on it, and all count the same.
    private NodeSizes Sizes =>
        new(
            Terms.Central?.Divisor
                ?? Math.Max(1, AdmittedSize + (Open is { } open ? AwayWithUpdates(open).Sum(Size) : 0)),
            node => Size(node)
        );

    /// <summary>How often all nodes together took part in the published versions.</summary>
    public PopulationParticipation Population { get; private init; }

    /// <summary>N of the close rule: nodes that have reported for the open version or still can.</summary>
    /// <remarks>While nobody admitted can report, nodes that left are waited for: they come back by showing up.</remarks>
    public int NodesToReport
    {
        get
        {
            if (Open is not { } open)
            {
                return Nodes;
            }

            // Reinstated, but its answer to the newest version was dropped, and there is no second one.
            var silenced = Dropped.Count(key =>
                key.BaseVersion == Latest!.Number
                && IsAdmitted(key.NodeId)
                && !open.UpdatesOfNode.ContainsKey(key.NodeId)
            );
            return Nodes > silenced
                ? NodesInMerge - silenced
                : Away.Count(node =>
                    open.UpdatesOfNode.ContainsKey(node) || Members[node].Standing == NodeStanding.Left
                );
        }
    }

    /// <summary>Published versions; the index is the number.</summary>
    public ImmutableList<PublishedVersion> Published { get; private init; } = [];

    /// <summary>The version that updates are collected for, or that is being merged; null before the first and after the last.</summary>
    public OpenVersion? Open { get; private init; }

    /// <summary>Every update accepted so far, merged or not, by identity.</summary>
    public ImmutableDictionary<UpdateKey, AcceptedUpdate> Accepted { get; private init; } =
        ImmutableDictionary<UpdateKey, AcceptedUpdate>.Empty;

    /// <summary>Accepted updates that were taken out again, because their node was suspended before the list was frozen. They are never merged.</summary>
    public ImmutableHashSet<UpdateKey> Dropped { get; private init; } = ImmutableHashSet<UpdateKey>.Empty;

    /// <summary>The newest published version, null before version 0.</summary>
    public PublishedVersion? Latest => Published.IsEmpty ? null : Published[^1];

    /// <summary>The first state of a run.</summary>
    public static RunState Start(RunTerms terms, RunDrafted drafted)
    {
        if (drafted.LayoutDigest != terms.Layout.Digest)
        {
            throw new ArgumentException(
                $"the run was drafted for layout {drafted.LayoutDigest}; this release makes {terms.Layout.Digest} of the same layers",
                nameof(drafted)
            );
        }

        return new(terms, drafted);
    }

    /// <summary>Whether a node is admitted and counts in N.</summary>
    public bool IsAdmitted(string nodeId) =>
        Members.TryGetValue(nodeId, out RunMember? member) && member.Standing == NodeStanding.Admitted;

    /// <summary>Whether a node may be offered the document: eligible by the list, and it has not answered.</summary>
    public bool MayJoin(string nodeId) =>
        Phase is RunPhase.Recruiting or RunPhase.Running or RunPhase.Paused
        && (EligibleNodes is null || EligibleNodes.Contains(nodeId))
        && !Members.ContainsKey(nodeId);

    /// <summary>Whether recruiting has found enough nodes: the target, or the quorum once every listed node has answered.</summary>
    public bool HasRecruitedEnough =>
        Nodes >= Terms.Close.RecruitingTarget
        || (
            EligibleNodes is { } listed
            && Nodes >= Terms.Close.QuorumOf(Nodes)
            && Nodes > 0
            && listed.All(Members.ContainsKey)
        );

    /// <summary>The frozen updates with their decisions, weighed with the participation before this version.</summary>
    /// <exception cref="InvalidOperationException">The staleness decisions are not made yet.</exception>
    public IReadOnlyList<WeightedUpdate> Weigh()
    {
        if (Open is not { Decisions: { } decisions } open)
        {
            throw new InvalidOperationException("no version is waiting to be merged");
        }

        return UpdateWeighing.Weigh(
            decisions
                .Select(decision =>
                    FreshUpdate.From(open.Updates[new(decision.NodeId, decision.BaseVersion)], decision)
                )
                .OfType<FreshUpdate>(),
            node => Members[node].Counters,
            Terms.Participation,
            open.Number,
            Sizes,
            Population,
            Terms.Robust,
            Members.Values.Where(member => CountsInMerge(open, member)).SelectMany(member => member.Remembered)
        );
    }

    /// <summary>ω that a node's next update would have, if it were merged in the version that is counted next.</summary>
    public double NextWeight(RunMember member)
    {
        var version = Math.Max(Open?.Number ?? Published.Count, member.Counters.CountedTo);
        var inverseShare = Sizes.InverseShare(member.NodeId);
        return Terms.Participation.Weight(member.NodeId, member.Counters, version, inverseShare, Population);
    }

    /// <summary>The merge that makes the closed version.</summary>
    public MergePlan PlanMerge()
    {
        var weighted = Weigh();
        var optimizer = Terms.ServerOptimizer;
        // Each update is noised by itself, so variances add up.
        var noise =
            optimizer.UpdateNoise
            * optimizer.UpdateNoise
            * weighted.Sum(update => update.Coefficient * update.Coefficient);
        return MergePlan.For(
            Open!.Number,
            Latest!.Digest,
            weighted,
            new ServerStepPlan(optimizer, Latest.OptimizerState, noise)
        ) with
        {
            Method = Terms.Merge,
            Robust = Terms.Robust is { Method: not RobustMethod.NormBound } rule ? rule : null,
            Central = Terms.Central,
            Ranks = Terms.Ranks,
            Bases = BasesOf(Terms.Merge == MergeMethod.Ffa ? [] : weighted),
            Residual = Latest.Residual?.Digest,
            Tail = Latest.Tail?.Digest,
            Centre = Latest.Centre,
        };
    }

    /// <summary>The report of the closed version.</summary>
    /// <param name="stepNorm">How far the merge moved the adapter.</param>
    /// <param name="merge">What else the merge measured.</param>
    public VersionReport ReportMerge(double stepNorm, MergeReport? merge = null) =>
        VersionReport.For(
            Math.Max(1, NodesInMerge),
            Terms.Central is null ? Sizes : NodeSizes.Equal(Math.Max(1, NodesInMerge)),
            [.. Open!.Updates.Values],
            Open.Decisions!.Value,
            Weigh(),
            stepNorm
        ) with
        {
            Merge = merge,
            Robust = Terms.Robust is { } rule ? ReportRobust(rule, merge) : null,
            Central = Terms.Central is { } central
                ? new(
                    central.Sensitivity,
                    central.NoiseMultiplier * central.Sensitivity,
                    central.Epsilon(),
                    central.Delta
                )
                : null,
        };

    private RobustReport ReportRobust(RobustRule rule, MergeReport? merge)
    {
        AcceptedUpdate[] updates = [.. Open!.Updates.Values];
        var longest = updates
            .GroupBy(update => update.NodeId)
            .Select(ofNode => (Node: ofNode.Key, Norm: ofNode.Max(update => update.Norm)))
            .ToList();
        return new(
            rule.Method,
            rule.Bound,
            updates.Count(update => rule.ClipOf(update.Norm) < 1),
            rule.SignalToNoise,
            merge?.Nodes
                ?? NodeFinding.Of([.. longest.Select(pair => pair.Node)], [.. longest.Select(pair => pair.Norm)], null)
        );
    }

    // Products need what late updates were trained from.
    private Dictionary<long, string> BasesOf(IEnumerable<WeightedUpdate> updates) =>
        updates
            .Select(update => update.BaseVersion)
            .Where(version => version != Latest!.Number)
            .Distinct()
            .ToDictionary(version => version, version => Published[(int)version].Digest);

    // The smaller set is walked: neither the registered nodes nor those that are gone make a version slow.
    private IEnumerable<string> AwayWithUpdates(OpenVersion open) =>
        Away.Count < open.UpdatesOfNode.Count
            ? Away.Where(open.UpdatesOfNode.ContainsKey)
            : open.UpdatesOfNode.Keys.Where(Away.Contains);

    private long Size(string nodeId) => Members[nodeId].Size;

    private static bool CountsInMerge(OpenVersion open, RunMember member) =>
        member.Standing == NodeStanding.Admitted || open.UpdatesOfNode.ContainsKey(member.NodeId);
}
