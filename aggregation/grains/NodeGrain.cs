using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Federated.Aggregation.Grains;

/// <summary>A node over its journal stream: its key, its highest ledger position, and the way to its work.</summary>
/// <remarks>
/// A check-in interleaves and is held without a turn: it looks at the runs of the node's group, and waits for any of them to change.
/// What it writes (the ledger position) goes through a call of its own that does not interleave.
/// </remarks>
internal sealed partial class NodeGrain(
    IJournal journal,
    [FromKeyedServices(GrainServices.Clock)] TimeProvider time,
    ILogger<NodeGrain> logger
) : Grain, INodeGrain
{
    private static readonly EventCodec<NodeEvent> Codec = new(
        ("node-registered", typeof(NodeRegistered)),
        ("ledger-advanced", typeof(LedgerAdvanced))
    );

    // The ends of runs that this node was told since the activation; told again only when there is nothing else to say.
    private readonly Dictionary<string, RunOutcome> _told = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JournalStream _stream = null!;
    private NodeRegistered? _registered;
    private LedgerMark _ledger = new(0, "");
    private DateTimeOffset? _lastContact;
    private NodeProgress? _progress;
    private string _softwareVersion = "";

    private string NodeId => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _stream = new(journal, StreamNames.OfNode(NodeId), Abandon);
        foreach (var entry in await _stream.ReadOnAsync(cancellationToken))
        {
            Apply(Codec.Decode(entry));
        }
    }

    /// <inheritdoc/>
    public async Task RegisterAsync(NodeRegistration registration)
    {
        if (Privacy.Accounting.NodeId.Of(registration.PublicKey).Value != NodeId)
        {
            throw new ArgumentException($"the key is not that of node {NodeId}", nameof(registration));
        }

        if (_registered?.Group != registration.Group)
        {
            await AppendAsync(
                new NodeRegistered(
                    time.GetUtcNow(),
                    registration.Group,
                    registration.PublicKey,
                    registration.DisplayName
                )
            );
        }
    }

    /// <inheritdoc/>
    public Task<byte[]?> PublicKeyAsync()
    {
        if (_registered is null)
        {
            DeactivateOnIdle(); // anybody may ask for any id: strangers stay in nobody's memory
        }

        return Task.FromResult(_registered?.PublicKey);
    }

    /// <inheritdoc/>
    public async Task<CheckInAnswer> CheckInAsync(NodeCheckIn checkIn, CancellationToken cancellation)
    {
        if (_registered is not { } registered)
        {
            return new(
                null,
                null,
                null,
                null,
                new(RejectionReason.UnknownNode, $"node {NodeId} has not joined", false)
            );
        }

        (_lastContact, _softwareVersion) = (time.GetUtcNow(), checkIn.SoftwareVersion);
        // What it had shown before, so that the node itself can see whether its ledger still holds it.
        var known = _ledger.Sequence > 0 ? _ledger : null;
        return await AnswerAsync(checkIn, registered, cancellation) with { KnownLedger = known };
    }

    private async Task<CheckInAnswer> AnswerAsync(
        NodeCheckIn checkIn,
        NodeRegistered registered,
        CancellationToken cancellation
    )
    {
        if (await this.AsReference<INodeGrain>().NoteLedgerAsync(checkIn.Ledger) is { } refused)
        {
            LogLedgerRolledBack(refused.Message);
            return new(null, null, null, null, refused);
        }

        var until = time.GetUtcNow() + (checkIn.Wait < LongPoll.Longest ? checkIn.Wait : LongPoll.Longest);
        var group = GrainFactory.GetGrain<IGroupGrain>(registered.Group);
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
                return new(null, null, new(TimeSpan.FromSeconds(1), "the silo could not look at all runs"), null, null);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<NodeCommand> HeartbeatAsync(NodeProgress progress)
    {
        if (_registered is null)
        {
            return NodeCommand.Cancel;
        }

        (_lastContact, _progress) = (time.GetUtcNow(), progress);
        return progress.RunDigest is { Length: > 0 } run
            ? await GrainFactory.GetGrain<IRunGrain>(run).HeartbeatAsync(NodeId)
            : NodeCommand.Continue;
    }

    /// <inheritdoc/>
    public async Task<Refused?> NoteLedgerAsync(LedgerMark ledger)
    {
        if (ledger.Sequence > _ledger.Sequence)
        {
            await AppendAsync(new LedgerAdvanced(time.GetUtcNow(), ledger.Sequence, ledger.Hash));
            return null;
        }

        if (ledger == _ledger || (ledger.Sequence == 0 && _ledger.Sequence == 0))
        {
            return null;
        }

        return new(
            RejectionReason.LedgerRolledBack,
            ledger.Sequence < _ledger.Sequence
                ? $"the node's privacy ledger ends at entry {ledger.Sequence}; it has shown entry {_ledger.Sequence} before: it was restored from a backup, and the gap must be charged"
                : $"entry {ledger.Sequence} of the node's privacy ledger is {ledger.Hash}; it has shown {_ledger.Hash} before",
            false
        );
    }

    /// <inheritdoc/>
    public Task<NodeStatus?> StatusAsync() =>
        Task.FromResult(
            _registered is { } node
                ? new NodeStatus(
                    NodeId,
                    node.DisplayName,
                    node.Group,
                    _lastContact,
                    _progress,
                    _ledger,
                    _softwareVersion
                )
                : null
        );

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
                answer = await GrainFactory.GetGrain<IRunGrain>(run.RunDigest).AnswerAsync(NodeId, isDeclined);
            }
            catch (Exception exception)
            {
                // One run in trouble must not keep the node from the others.
                LogRunFailed(exception, run.Name);
                continue;
            }

            if (answer.Assignment is { } assignment)
            {
                return (new(assignment, null, null, null, null), looks);
            }

            offer ??= isDeclined ? null : answer.Offer;
            ended ??= answer.Ended;
            looks.Add(new(run.RunDigest, answer.Mark, answer.Waiting));
        }

        if (offer is not null)
        {
            return (new(null, offer, null, null, null), looks);
        }

        if (ended is not null)
        {
            _told[ended.RunDigest] = ended;
            return (new(null, null, null, ended, null), looks);
        }

        return (null, looks);
    }

    // False: a run could not be waited for, or this activation ends.
    private async Task<bool> AnyChangeAsync(
        IGroupGrain group,
        GroupRuns runs,
        List<RunLook> looks,
        TimeSpan wait,
        CancellationToken cancellation
    )
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waits = new List<Task> { group.WaitForRunsAsync(runs.Revision, wait, others.Token), _ending.Task };
        waits.AddRange(
            looks.Select(look =>
                GrainFactory.GetGrain<IRunGrain>(look.RunDigest).WaitForWorkAsync(look.Mark, wait, others.Token)
            )
        );
        try
        {
            var first = await Task.WhenAny(waits);
            cancellation.ThrowIfCancellationRequested();
            return first.IsCompletedSuccessfully && !_stream.IsLost;
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
            return new(null, null, null, _told.Values.Last(), null);
        }

        var retryAfter = held > TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
        return new(null, null, new(retryAfter, waiting ?? "no run needs this node"), null, null);
    }

    private async Task AppendAsync(NodeEvent next)
    {
        await _stream.AppendAsync([Codec.Encode(next)]);
        Apply(next);
    }

    private void Apply(NodeEvent next)
    {
        switch (next)
        {
            case NodeRegistered registered:
                _registered = registered;
                break;
            case LedgerAdvanced advanced:
                _ledger = new(advanced.Sequence, advanced.Hash);
                break;
        }
    }

    // Held check-ins end too: they would keep the activation alive.
    private void Abandon(string because)
    {
        LogAbandoned(NodeId, because);
        _ending.TrySetResult();
        DeactivateOnIdle();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "run {Name} cannot be asked")]
    private partial void LogRunFailed(Exception exception, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {NodeId} is read again: {Because}")]
    private partial void LogAbandoned(string nodeId, string because);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a node's ledger went back: {Because}")]
    private partial void LogLedgerRolledBack(string because);

    private sealed record RunLook(string RunDigest, long Mark, string Waiting);
}
