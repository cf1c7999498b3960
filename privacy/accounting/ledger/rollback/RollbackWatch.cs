namespace Federated.Privacy.Accounting;

/// <summary>
/// Compares the ledger with what others remember of it: an anchor on this machine, and the heads that a silo has shown to know. While one of
/// them is missing here, nothing is appended.
/// </summary>
/// <remarks>
/// A claim can only make the node stricter: one that fits changes nothing, one that does not stops all spending. The evidence is kept in the anchors
/// until <see cref="PrivacyLedger.Recover"/> has paid for it; a later head that fits does not cover it up.
/// <para>
/// When is the ledger surely an older copy, with nothing added since? When the anchor of this machine is ahead of it. Everything that appends reads
/// that anchor first and stops when it is missing here, and the anchor moves only after an entry; so no entry can have been added after the
/// older copy came back. In every other case the two histories may have parted.
/// </para>
/// </remarks>
internal sealed class RollbackWatch
{
    private readonly string _path;
    private readonly LedgerState _state;
    private readonly LedgerAnchor? _local;
    private readonly LedgerAnchor? _confirmed;
    private readonly HashSet<LedgerHead> _claims = [];
    private LedgerHead? _localMissing;

    public RollbackWatch(string path, LedgerState state, AnchorFiles? anchors)
    {
        (_path, _state) = (path, state);
        _local = anchors is null ? null : new LedgerAnchor(anchors.Local);
        _confirmed = anchors is null ? null : new LedgerAnchor(anchors.Confirmed);
    }

    /// <summary>What is missing; null when nothing is.</summary>
    public LedgerGap? Gap
    {
        get
        {
            IReadOnlyList<LedgerHead> missing = _localMissing is { } local ? [local, .. _claims] : [.. _claims];
            if (missing.Count == 0)
            {
                return null;
            }

            var (here, lost) = (_state.Head, missing.MaxBy(head => head.Sequence));
            var isOlderCopy =
                _localMissing is { } ahead
                && ahead.Sequence > here.Sequence
                && _claims.All(claim => claim.Sequence > here.Sequence && claim.Sequence <= ahead.Sequence);
            return new LedgerGap(
                here,
                lost,
                [.. missing.Where(head => head != lost && head.Sequence <= here.Sequence)],
                !isOlderCopy
            );
        }
    }

    /// <summary>Reads the anchors again.</summary>
    /// <exception cref="LedgerCorruptException">A file is not an anchor.</exception>
    public void Look() => Note(_local?.Read(), _confirmed?.Read());

    /// <summary>Takes what the anchors said; before the ledger was read, when others may be writing it.</summary>
    public void Note(LedgerHead? local, LedgerHead? confirmed)
    {
        if (local is { } anchored && !_state.Holds(anchored))
        {
            _localMissing = anchored;
        }

        if (confirmed is { } claimed && !_state.Holds(claimed))
        {
            _claims.Add(claimed);
        }
    }

    /// <summary>A silo knows this head. Kept when it is news, and as evidence when it is missing here.</summary>
    public void Confirm(LedgerHead known)
    {
        var isMissing = !_state.Holds(known);
        if (isMissing)
        {
            _claims.Add(known);
        }

        var kept = _confirmed?.Read();
        var keptIsEvidence = kept is { } evidence && !_state.Holds(evidence);
        if (
            kept is null
            || (isMissing && !keptIsEvidence)
            || (isMissing == keptIsEvidence && known.Sequence > kept.Value.Sequence)
        )
        {
            _confirmed?.Record(known);
        }
    }

    /// <exception cref="LedgerRolledBackException">Something is missing.</exception>
    public void RefuseIfMissing()
    {
        if (Gap is { } gap)
        {
            throw new LedgerRolledBackException(_path, gap);
        }
    }

    /// <summary>After an entry is durable: the anchor follows. One that lags behind, after a crash in between, is older and never wrong.</summary>
    public void Follow() => _local?.Record(_state.Head);

    /// <summary>The gap is paid for.</summary>
    public void Settle()
    {
        _localMissing = null;
        _claims.Clear();
    }
}
