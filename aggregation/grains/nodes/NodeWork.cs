using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Federated.Aggregation.Grains;

/// <summary>What the runs of its group have for a node: looks at each of them, and waits for any to change.</summary>
/// <param name="nodeId">The node.</param>
/// <param name="grains">Leads to runs and group.</param>
/// <param name="ending">Done when nothing is to be waited for any more.</param>
/// <param name="time">How long is waited.</param>
/// <param name="logger">Told of runs in trouble.</param>
internal sealed partial class NodeWork(
    string nodeId,
    IGrainFactory grains,
    Task ending,
    TimeProvider time,
    ILogger logger
)
{
    // The ends of runs that this node was told since the activation; told again only when there is nothing else to say.
    private readonly Dictionary<string, RunOutcome> _told = new(StringComparer.Ordinal);

    /// <summary>The next thing for the node, or, after a time without any, advice to ask again.</summary>
    /// <param name="groupName">The node's group.</param>
    /// <param name="checkIn">How long it waits, and which runs it has declined.</param>
    /// <param name="cancellation">The node is gone.</param>
    public async Task<CheckInAnswer> FindAsync(string groupName, NodeCheckIn checkIn, CancellationToken cancellation)
    {
        var until = time.GetUtcNow() + (checkIn.Wait < LongPoll.Longest ? checkIn.Wait : LongPoll.Longest);
        var group = grains.GetGrain<IGroupGrain>(groupName);
        while (true)
        {
            var runs = await group.RunsAsync();
            var (answer, looks) = await LookAsync(runs, checkIn.DeclinedRuns);
            if (answer is not null)
            {
                return answer;
            }

            var left = until - time.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                return Nothing(looks, checkIn.Wait);
            }

            if (!await AnyChangeAsync(group, runs, looks, left, cancellation))
            {
                return new(Wait: new(TimeSpan.FromSeconds(1), "the silo could not look at all runs"));
            }
        }
    }

    // Work goes first, then what the owner must judge, then news that a run is over.
    private async Task<(CheckInAnswer? Answer, List<RunLook> Looks)> LookAsync(
        GroupRuns runs,
        ImmutableArray<string> declined
    )
    {
        DocumentOffer? offer = null;
        RunOutcome? ended = null;
        var looks = new List<RunLook>();
        foreach (var run in runs.Runs)
        {
            if (_told.ContainsKey(run.RunDigest))
            {
                continue;
            }

            RunAnswer answer;
            var isDeclined = declined.Contains(run.RunDigest);
            try
            {
                answer = await grains.GetGrain<IRunGrain>(run.RunDigest).AnswerAsync(nodeId, isDeclined);
            }
            catch (Exception exception)
            {
                // One run in trouble must not keep the node from the others.
                LogRunFailed(exception, run.Name);
                continue;
            }

            if (answer.Assignment is { } assignment)
            {
                return (new(Assignment: assignment), looks);
            }

            offer ??= isDeclined ? null : answer.Offer;
            ended ??= answer.Ended;
            looks.Add(new(run.RunDigest, answer.Mark, answer.Waiting));
        }

        if (offer is not null)
        {
            return (new(Offer: offer), looks);
        }

        if (ended is not null)
        {
            _told[ended.RunDigest] = ended;
            return (new(Ended: ended), looks);
        }

        return (null, looks);
    }

    // False: a run could not be waited for, or nothing is to be waited for any more.
    private async Task<bool> AnyChangeAsync(
        IGroupGrain group,
        GroupRuns runs,
        List<RunLook> looks,
        TimeSpan wait,
        CancellationToken cancellation
    )
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waits = new List<Task> { group.WaitForRunsAsync(runs.Revision, wait, others.Token), ending };
        waits.AddRange(
            looks.Select(look =>
                grains.GetGrain<IRunGrain>(look.RunDigest).WaitForWorkAsync(look.Mark, wait, others.Token)
            )
        );
        try
        {
            var first = await Task.WhenAny(waits);
            cancellation.ThrowIfCancellationRequested();
            return first.IsCompletedSuccessfully && !ending.IsCompleted;
        }
        finally
        {
            await others.CancelAsync();
            waits.ForEach(task => task.Ignore());
        }
    }

    private CheckInAnswer Nothing(List<RunLook> looks, TimeSpan held)
    {
        var waiting = looks.Select(look => look.Waiting).FirstOrDefault(reason => reason.Length > 0);
        if (waiting is null && _told.Count > 0)
        {
            // Nothing else to say: the answer that told the end may have been lost on the way.
            return new(Ended: _told.Values.Last());
        }

        var retryAfter = held > TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
        return new(Wait: new(retryAfter, waiting ?? "no run needs this node"));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "run {Name} cannot be asked")]
    private partial void LogRunFailed(Exception exception, string name);

    private sealed record RunLook(string RunDigest, long Mark, string Waiting);
}
