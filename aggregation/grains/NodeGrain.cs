using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Federated.Aggregation.Grains;

/// <summary>A node over its journal stream: its key, its highest ledger position, and the way to its work.</summary>
/// <remarks>
/// A check-in interleaves and is held without a turn, while <see cref="NodeWork"/> looks at the runs of the node's group and waits for a change.
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

    private readonly TaskCompletionSource _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JournalStream _stream = null!;
    private NodeWork _work = null!;
    private NodeRegistered? _registered;
    private LedgerMark _ledger = new(0, "");
    private DateTimeOffset? _lastContact;
    private NodeProgress? _progress;
    private string _softwareVersion = "";

    private string NodeId => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _work = new(NodeId, GrainFactory, _ending.Task, time, logger);
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
            return new(Refused: new(RejectionReason.UnknownNode, $"node {NodeId} has not joined", false));
        }

        (_lastContact, _softwareVersion) = (time.GetUtcNow(), checkIn.SoftwareVersion);
        // What it had shown before, so that the node itself can see whether its ledger still holds it.
        var known = _ledger.Sequence > 0 ? _ledger : null;
        if (await this.AsReference<INodeGrain>().NoteLedgerAsync(checkIn.Ledger) is { } refused)
        {
            LogLedgerRolledBack(refused.Message);
            return new(Refused: refused, KnownLedger: known);
        }

        return await _work.FindAsync(registered.Group, checkIn, cancellation) with
        {
            KnownLedger = known,
        };
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {NodeId} is read again: {Because}")]
    private partial void LogAbandoned(string nodeId, string because);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a node's ledger went back: {Because}")]
    private partial void LogLedgerRolledBack(string because);
}
