using System.Collections.Immutable;

namespace Federated.Aggregation;

public sealed partial record RunState
{
    /// <summary>The state after an event.</summary>
    /// <exception cref="InvalidTransitionException">The event cannot follow this state.</exception>
    public RunState Apply(RunEvent next)
    {
        RunState after = next switch
        {
            RecruitingOpened => Require(next, Phase == RunPhase.Draft) with { Phase = RunPhase.Recruiting },
            NodeAdmitted e => Require(next, MayJoin(e.NodeId) || Stands(e.NodeId, NodeStanding.Declined)).Admit(e),
            NodeDeclined e => Require(next, MayJoin(e.NodeId)).Set(e.NodeId, NodeStanding.Declined, e.At, e.Reason),
            NodeSuspended e => Require(next, Stands(e.NodeId, NodeStanding.Admitted, NodeStanding.Left)).Suspend(e),
            NodeReinstated e => Require(next, Stands(e.NodeId, NodeStanding.Suspended)).Return(e.NodeId, e.At),
            NodeLeft e => Require(next, Stands(e.NodeId, NodeStanding.Admitted)).Set(e.NodeId, NodeStanding.Left, e.At),
            NodeReturned e => Require(next, Stands(e.NodeId, NodeStanding.Left)).Return(e.NodeId, e.At),
            VersionPublished e => Publish(e),
            VersionOpened e => Require(
                next,
                Phase == RunPhase.Running && Open is null && e.Version == Published.Count && e.Version <= Terms.Versions
            ) with
            {
                Open = new()
                {
                    Number = e.Version,
                    OpenedAt = e.At,
                    Deadline = e.Deadline,
                },
            },
            UpdateAccepted e => Accept(e),
            DeadlineMoved e => Require(next, Collecting(e.Version)).MoveDeadline(e),
            VersionClosed e => Close(e),
            StalenessDecided e => Decide(e),
            RunPaused e => Require(next, Phase == RunPhase.Running) with
            {
                Phase = RunPhase.Paused,
                PausedAt = e.At,
                Reason = e.Reason,
            },
            RunResumed e => Require(next, Phase == RunPhase.Paused).Resume(e),
            VersionEvaluated e => Evaluate(e),
            UpdatesSwept e => Sweep(e),
            RunCompleted { Because: { } because } => Require(next, WhyStop is not null) with
            {
                Phase = RunPhase.Completed,
                Reason = because,
                Open = null,
            },
            RunCompleted => Require(
                next,
                Phase == RunPhase.Running && Open is null && Latest?.Number == Terms.Versions
            ) with
            {
                Phase = RunPhase.Completed,
            },
            RunFailed e => Require(next, !Phase.HasEnded()).End(RunPhase.Failed, e.Reason),
            RunCancelled e => Require(next, !Phase.HasEnded()).End(RunPhase.Cancelled, e.Reason),
            _ => throw new InvalidTransitionException(Phase, next.GetType().Name, "it is no event of a started run"),
        };
        return after.Stamp(next);
    }

    private RunState Require(RunEvent next, bool allowed, string because = "the transition table does not allow it") =>
        allowed ? this : throw new InvalidTransitionException(Phase, RunEventCodec.KindOf(next), because);

    private bool Stands(string nodeId, params ReadOnlySpan<NodeStanding> standings) =>
        !Phase.HasEnded() && Members.TryGetValue(nodeId, out RunMember? member) && standings.Contains(member.Standing);

    private bool Collecting(long version) =>
        !Phase.HasEnded() && Open is { TakesUpdates: true } open && open.Number == version;

    // The version whose participation is counted next: the open one while it can still take the node's update.
    private long CountingVersion =>
        Open is { } open ? open.Number + (open.TakesUpdates ? 0 : 1) : Math.Max(1, Published.Count);

    private RunState Admit(NodeAdmitted e)
    {
        Require(
            e,
            Terms.WeighsDeclaredRecords ? e.DeclaredRecords >= 1 : e.DeclaredRecords is null,
            "declared records are of runs that weigh by them, and of these only"
        );
        return this with
        {
            Roster = Roster.With(
                NewMember(e.NodeId, NodeStanding.Admitted, e.At) with
                {
                    DeclaredRecords = e.DeclaredRecords,
                }
            ),
        };
    }

    private RunState Set(string nodeId, NodeStanding standing, DateTimeOffset at, string? reason = null)
    {
        RunMember member = Members.TryGetValue(nodeId, out RunMember? known)
            ? known with
            {
                Standing = standing,
                Since = at,
                Reason = reason,
            }
            : NewMember(nodeId, standing, at) with
            {
                Reason = reason,
            };
        return this with { Roster = Roster.With(member) };
    }

    private RunMember NewMember(string nodeId, NodeStanding standing, DateTimeOffset at) =>
        new(nodeId, standing, ParticipationCounters.AdmittedAt(CountingVersion, Terms.Participation.Window), at);

    private RunState Return(string nodeId, DateTimeOffset at)
    {
        RunState back = Set(nodeId, NodeStanding.Admitted, at);
        RunMember member = back.Members[nodeId];
        // A frozen update of the node is still going to be counted in its version.
        var next = Open is { } open && open.UpdatesOfNode.ContainsKey(nodeId) ? open.Number : CountingVersion;
        var version = Math.Max(next, member.Counters.CountedTo);
        return back with { Roster = back.Roster.With(member with { Counters = member.Counters.ReturnAt(version) }) };
    }

    private RunState Suspend(NodeSuspended e)
    {
        RunState suspended = Set(e.NodeId, NodeStanding.Suspended, e.At, e.Reason);
        // A frozen list stays as it is: its merge may already be under way.
        return Open is { TakesUpdates: true } open
            ? suspended with
            {
                Open = open.WithoutNode(e.NodeId),
                Dropped = Dropped.Union(open.Updates.Keys.Where(key => key.NodeId == e.NodeId)),
            }
            : suspended;
    }

    private RunState Accept(UpdateAccepted e)
    {
        AcceptedUpdate update = e.Update;
        Require(
            e,
            Phase is RunPhase.Running or RunPhase.Paused && Collecting(update.AcceptedInto),
            "its version is not open"
        );
        Require(e, IsAdmitted(update.NodeId), $"node {update.NodeId} is not admitted");
        Require(e, !Accepted.ContainsKey(update.Key), $"{update.Key.InJournal(Terms.Epoch)} is accepted already");
        return this with { Accepted = Accepted.Add(update.Key, update), Open = Open!.With(update) };
    }

    private RunState MoveDeadline(DeadlineMoved e) =>
        this with
        {
            Open = Open! with
            {
                Deadline = e.Deadline,
                Extensions = Open!.Extensions + (e.Because == DeadlineMove.QuorumMissed ? 1 : 0),
            },
        };

    private RunState Close(VersionClosed e)
    {
        Require(e, Phase == RunPhase.Running && Collecting(e.Version), "the version is not open in a running run");
        Require(e, e.Updates.Count > 0, "an empty version is never published");
        Require(e, e.Updates.SequenceEqual(Open!.Updates.Keys), "its list is not the list of accepted updates");
        return this with { Open = Open with { ClosedAt = e.At } };
    }

    private RunState Decide(StalenessDecided e)
    {
        Require(
            e,
            !Phase.HasEnded() && Open is { TakesUpdates: false, Decisions: null } && Open.Number == e.Version,
            "the version is not closed, or decided already"
        );
        Require(
            e,
            e.Decisions.Select(decision => new UpdateKey(decision.NodeId, decision.BaseVersion))
                .SequenceEqual(Open!.Updates.Keys),
            "its decisions are not about the frozen updates"
        );
        return this with { Open = Open with { Decisions = [.. e.Decisions] } };
    }

    private RunState Publish(VersionPublished e)
    {
        if (Published.IsEmpty)
        {
            Require(e, Phase == RunPhase.Recruiting && e.Version == 0, "version 0 ends recruiting");
            return this with { Phase = RunPhase.Running, Published = [new(0, e.Digest, e.Length, null, e.At, null)] };
        }

        Require(
            e,
            Phase == RunPhase.Running && Open is { Decisions: not null } && Open.Number == e.Version,
            "the version is not merged yet"
        );
        ILookup<string, StalenessDecision> merged = Open!
            .Decisions!.Value.Where(decision => !decision.Dropped)
            .ToLookup(decision => decision.NodeId, StringComparer.Ordinal);
        IEnumerable<RunMember> counted = merged.Select(ofNode =>
        {
            RunMember member = Members[ofNode.Key];
            return member with
            {
                Counters = member.Counters.Participate(e.Version, Terms.Participation.Cutoff),
                Remembered = Terms.Participation.Method.Remembers() ? Remember(Open, ofNode) : [],
            };
        });
        return this with
        {
            Roster = Roster.With(counted),
            Population = Population.With(Math.Max(1, NodesInMerge), merged.Count),
            Published = Published.Add(
                new(e.Version, e.Digest, e.Length, Open.OpenedAt, e.At, e.Report, e.OptimizerState)
                {
                    Residual = e.Residual,
                    Tail = e.Tail,
                    Centre = e.Centre,
                }
            ),
            Open = null,
        };
    }

    private ImmutableArray<RememberedUpdate> Remember(OpenVersion open, IGrouping<string, StalenessDecision> ofNode)
    {
        var count = ofNode.Count();
        return
        [
            .. ofNode.Select(decision => new RememberedUpdate(
                decision.NodeId,
                decision.BaseVersion,
                decision.CorrectedDigest,
                decision.Scale * ClipOf(open.Updates[new(decision.NodeId, decision.BaseVersion)]) / count
            )),
        ];
    }

    private double ClipOf(AcceptedUpdate update) => Terms.Robust?.ClipOf(update.Norm) ?? 1.0;

    private RunState Resume(RunResumed e)
    {
        TimeSpan paused = e.At - PausedAt!.Value;
        return this with
        {
            Phase = RunPhase.Running,
            PausedAt = null,
            Reason = null,
            Open = Open is null
                ? null
                : Open with
                {
                    // A deadline that had already passed when the pause began gets its full length again.
                    Deadline =
                        Open.Deadline is not { } deadline ? null
                        : deadline > PausedAt.Value ? deadline + paused
                        : e.At + Terms.Close.Deadline,
                    QuorumReachedAt =
                        Open.QuorumReachedAt is not { } reached ? null
                        : reached > PausedAt.Value ? e.At
                        : reached + paused,
                },
        };
    }

    private RunState End(RunPhase phase, string reason) =>
        this with
        {
            Phase = phase,
            Reason = reason,
            PausedAt = null,
            Open = null,
        };

    // After every event: when did the quorum become complete?
    private RunState Stamp(RunEvent e)
    {
        OpenVersion? open = Open;
        if (open is { TakesUpdates: true })
        {
            var complete = open.DistinctNodes > 0 && open.DistinctNodes >= Terms.Close.QuorumOf(NodesToReport);
            open = open with { QuorumReachedAt = complete ? open.QuorumReachedAt ?? e.At : null };
        }

        return this with
        {
            Open = open,
            EndedAt = Phase.HasEnded() ? EndedAt ?? e.At : null,
            LastEventAt = e.At,
            Revision = Revision + 1,
        };
    }
}
