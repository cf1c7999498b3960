namespace Federated.Privacy.Accounting;

/// <summary>The ledger as a value: what the entries so far mean. <see cref="Apply"/> is the whole rule book.</summary>
internal sealed class LedgerState
{
    private readonly Dictionary<string, Reservation> _reservations = [];
    private readonly List<LedgerEntry> _entries = [];
    private readonly List<(long After, RecoveredEntry Entry)> _recovered = [];
    private readonly string _headerHash;

    public LedgerState(string headerHash) => (_headerHash, Head) = (headerHash, new LedgerHead(0, headerHash));

    public LedgerHead Head { get; private set; }

    public IReadOnlyList<LedgerEntry> Entries => _entries;

    public long Fence { get; private set; }

    public IEnumerable<Reservation> Of(string source) => _reservations.Values.Where(r => r.Entry.Plan.Source == source);

    public IEnumerable<string> Sources => _reservations.Values.Select(r => r.Entry.Plan.Source).Distinct();

    /// <summary>What a source was charged for lost entries.</summary>
    public IEnumerable<RecoveredCharge> ChargesOf(string source) =>
        _recovered.SelectMany(r => r.Entry.Charges).Where(c => c.Source == source);

    /// <summary>Whether a head that was confirmed before is part of this ledger, or of a gap that was paid for.</summary>
    public bool Holds(LedgerHead known) =>
        known.Sequence == 0
            ? known.Hash == _headerHash
            : _recovered.Any(r => known.Sequence > r.After && known.Sequence <= r.Entry.LostSequence)
                || _entries.Any(e => e.Sequence == known.Sequence && e.Hash == known.Hash);

    public Reservation? Find(string reservationId) => _reservations.GetValueOrDefault(reservationId);

    /// <summary>Adds one entry, or says which rule it breaks (null = none).</summary>
    public string? Apply(LedgerEntry entry)
    {
        if (Broken(entry) is { } rule)
        {
            return rule;
        }

        switch (entry)
        {
            case ReservedEntry reserved:
                _reservations[entry.ReservationId] = new Reservation(reserved);
                break;
            case SealedEntry sealedEntry:
                _reservations[entry.ReservationId].Add(sealedEntry);
                break;
            case ReleasedEntry released:
                _reservations[entry.ReservationId].Add(released);
                break;
            case RecoveredEntry recovered:
                _recovered.Add((Head.Sequence, recovered));
                break;
            case ExpiredEntry expired:
                _reservations[entry.ReservationId].Add(expired);
                break;
        }

        _entries.Add(entry);
        Fence = entry.Fence;
        Head = new LedgerHead(entry.Sequence, entry.Hash);
        return null;
    }

    private string? Broken(LedgerEntry entry)
    {
        var expected = entry is RecoveredEntry gap ? Math.Max(gap.LostSequence, Head.Sequence) + 1 : Head.Sequence + 1;
        if (entry.Sequence != expected)
        {
            return $"sequence {entry.Sequence}, expected {expected}";
        }

        if (entry.Previous != Head.Hash)
        {
            return "it does not continue the entry before it";
        }

        if (entry.Fence < Fence)
        {
            return $"fence {entry.Fence} below {Fence}";
        }

        if (entry is RecoveredEntry recovered)
        {
            return recovered.Charges.All(c => c.Epsilon >= 0 && c.Delta >= 0) ? null : "a recovered charge is negative";
        }

        var reservation = Find(entry.ReservationId);
        if (entry is ReservedEntry)
        {
            return reservation is null ? null : "the plan was reserved before";
        }

        if (reservation is null)
        {
            return "it belongs to no reservation";
        }

        return entry switch
        {
            SealedEntry s when reservation.Expired is not null => "sealed after the plan expired",
            SealedEntry s when reservation.StepsDone + s.StepsDone > reservation.Entry.Plan.Steps =>
                "more steps than reserved",
            SealedEntry s when reservation.SealedFor(s.BaseVersion) is not null =>
                $"base version {s.BaseVersion} sealed twice",
            ReleasedEntry r when reservation.Sealed.All(s => s.UpdateDigest != r.UpdateDigest) =>
                "released before it was sealed",
            ReleasedEntry r when reservation.ReleasedOf(r.UpdateDigest) is not null => "released twice",
            ExpiredEntry when reservation.Expired is not null => "expired twice",
            _ => null,
        };
    }
}
