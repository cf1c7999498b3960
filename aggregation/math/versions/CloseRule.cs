namespace Federated.Aggregation;

/// <summary>Decides whether the open version is closed now: a pure function of policy, version and time.</summary>
public static class CloseRule
{
    /// <summary>Applies <see cref="ClosePolicy"/>.</summary>
    /// <param name="policy">The run's policy.</param>
    /// <param name="open">The open version.</param>
    /// <param name="nodes">N: nodes that have reported or still can (<see cref="RunState.NodesToReport"/>).</param>
    /// <param name="now">The time.</param>
    public static CloseDecision Decide(ClosePolicy policy, OpenVersion open, int nodes, DateTimeOffset now)
    {
        var reported = open.DistinctNodes;
        var quorum = policy.QuorumOf(nodes);
        if (reported >= quorum && GoalReached(policy, open, nodes) is { } because)
        {
            return new(CloseAction.Close, null, because);
        }

        if (open.QuorumReachedAt is { } reachedAt)
        {
            if (WaitEnds(policy, open, reachedAt) is not { } end)
            {
                return new(CloseAction.Wait, null, Waiting(policy, open, nodes, quorum));
            }

            DateTimeOffset closeAt = end + policy.Grace;
            return now >= closeAt
                ? new(CloseAction.Close, null, $"{reported} nodes reported; the wait ended at {end:u}")
                : new(CloseAction.Wait, closeAt, Waiting(policy, open, nodes, quorum));
        }

        if (open.Deadline is not { } deadline || now < deadline)
        {
            return new(CloseAction.Wait, open.Deadline, Waiting(policy, open, nodes, quorum));
        }

        var missed = $"{reported} of the {quorum} nodes needed had reported at the deadline {deadline:u}";
        return policy.OnMissedQuorum switch
        {
            MissedQuorum.Pause => new(CloseAction.Pause, null, missed),
            MissedQuorum.Fail => new(CloseAction.Fail, null, missed),
            _ => new(CloseAction.Extend, now + policy.Deadline!.Value, missed),
        };
    }

    private static string? GoalReached(ClosePolicy policy, OpenVersion open, int nodes)
    {
        if (policy.Cohort is { } cohort && open.DistinctNodes >= ClosePolicy.Capped(cohort, nodes))
        {
            return $"the cohort of {ClosePolicy.Capped(cohort, nodes)} has reported";
        }

        if (policy.Buffer is { } buffer && open.Updates.Count >= ClosePolicy.Capped(buffer, nodes))
        {
            return $"the buffer of {ClosePolicy.Capped(buffer, nodes)} updates is full";
        }

        return open.DistinctNodes >= nodes && nodes > 0 ? "every node has reported" : null;
    }

    private static DateTimeOffset? WaitEnds(ClosePolicy policy, OpenVersion open, DateTimeOffset reachedAt)
    {
        var hasGoal = policy.Cohort is not null || policy.Buffer is not null;
        if (policy.Quorum is not null && (!hasGoal || open.Deadline is null || open.Extensions > 0))
        {
            return reachedAt;
        }

        return open.Deadline is { } deadline ? (deadline > reachedAt ? deadline : reachedAt) : null;
    }

    private static string Waiting(ClosePolicy policy, OpenVersion open, int nodes, int quorum)
    {
        var goal = policy switch
        {
            { Cohort: { } cohort } =>
                $"{open.DistinctNodes} of {ClosePolicy.Capped(cohort, nodes)} nodes have reported",
            { Buffer: { } buffer } => $"{open.Updates.Count} of {ClosePolicy.Capped(buffer, nodes)} updates are here",
            _ => $"{open.DistinctNodes} of {nodes} nodes have reported",
        };
        return $"{goal}; quorum {quorum}";
    }
}
