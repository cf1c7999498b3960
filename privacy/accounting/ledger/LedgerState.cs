namespace Federated.Privacy.Accounting;

/// <summary>The ledger as a value: what the entries so far mean. <see cref="Apply"/> is the whole rule book.</summary>
internal sealed class LedgerState
{
    private readonly Dictionary<string, Reservation> _reservations = [];
    private readonly List<LedgerEntry> _entries = [];
    private readonly Dictionary<long, string> _hashes = [];
    private readonly List<(long After, RecoveredEntry Entry)> _recovered = [];
    private readonly SourceGroups _groups = new();

    public LedgerState(string headerHash)
    {
        Head = new LedgerHead(0, headerHash);
        _hashes[0] = headerHash;
    }

    public LedgerHead Head { get; private set; }

    public IReadOnlyList<LedgerEntry> Entries => _entries;

    public long Fence { get; private set; }

    /// <summary>All plans, oldest first.</summary>
    public IEnumerable<Reservation> Reservations => _reservations.Values.OrderBy(r => r.Entry.Sequence);

    /// <summary>Names of all sources that have a plan, oldest first.</summary>
    public IEnumerable<string> Sources => Reservations.Select(r => r.Entry.Plan.Source).Distinct();

    /// <summary>The source and all that are linked to it.</summary>
    public IReadOnlySet<string> GroupOf(string source) => _groups.Of(source);

    /// <summary>The plans under a source's own name.</summary>
    public IEnumerable<Reservation> Own(string source) =>
        _reservations.Values.Where(r => r.Entry.Plan.Source == source);

    /// <summary>The plans of a source and of all that are linked to it, oldest first.</summary>
    public IReadOnlyList<Reservation> PlansOf(string source)
    {
        var group = GroupOf(source);
        return [.. Reservations.Where(r => group.Contains(r.Entry.Plan.Source))];
    }

    /// <summary>What a source, with all that are linked to it, has promised.</summary>
    public SourceAccount Account(string source)
    {
        var (plans, group) = (PlansOf(source), GroupOf(source));
        var gaps = _recovered.SelectMany(r => r.Entry.Charges).Where(c => group.Contains(c.Source)).ToList();
        var account = new SourceAccount
        {
            Source = source,
            Composition = FirstPlanOf(source)?.Composition,
            Unit = FirstPlanOf(source)?.Unit,
            GapEpsilon = gaps.Sum(c => c.Epsilon),
            GapDelta = gaps.Sum(c => c.Delta),
            Linked =
            [
                .. group
                    .Where(name => name != source)
                    .Order(StringComparer.Ordinal)
                    .Select(name => (name, Own(name).MaxBy(r => r.Entry.Sequence)?.Entry.Plan.Budget))
                    .Where(of => of.Budget is not null)
                    .Select(of => new LinkedBudget(of.name, of.Budget!)),
            ],
        };
        return plans.Where(plan => plan.IsCharged).Aggregate(account, (sum, plan) => sum.With(plan));
    }

    /// <summary>Whether a head that was shown before is part of this ledger, or of a gap that was paid for.</summary>
    public bool Holds(LedgerHead known) =>
        _hashes.GetValueOrDefault(known.Sequence) == known.Hash
        || _recovered.Any(r =>
            (known.Sequence > r.After && known.Sequence <= r.Entry.LostSequence)
            || known == new LedgerHead(r.Entry.LostSequence, r.Entry.LostHash)
            || r.Entry.AlsoLost.Contains(known)
        );

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
            case ExpiredEntry expired:
                _reservations[entry.ReservationId].Add(expired);
                break;
            case LinkedEntry linked:
                _groups.Link(linked.Source, linked.With);
                break;
            case RecoveredEntry recovered:
                _recovered.Add((Head.Sequence, recovered));
                foreach (var plan in _reservations.Values)
                {
                    plan.Add(recovered);
                }

                break;
        }

        _entries.Add(entry);
        _hashes[entry.Sequence] = entry.Hash;
        Fence = entry.Fence;
        Head = new LedgerHead(entry.Sequence, entry.Hash);
        return null;
    }

    /// <summary>Why two sources cannot be one account; null when they can.</summary>
    public string? WhyNotLink(string source, string with) =>
        (FirstPlanOf(source), FirstPlanOf(with)) is not ({ } one, { } other) ? null
        : one.Composition != other.Composition ? "they compose their plans in different ways"
        : one.Unit != other.Unit ? $"the plans of one protect a {one.Unit}, and of the other a {other.Unit}"
        : null;

    // A plan without a guarantee counts too: the first one fixes how plans add up and what they protect, whatever it costs.
    private ReservationRequest? FirstPlanOf(string source) =>
        PlansOf(source) is [var first, ..] ? first.Entry.Plan : null;

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

        return entry switch
        {
            RecoveredEntry r => BrokenGap(r),
            LinkedEntry l => WhyNotLink(l.Source, l.With),
            ReservedEntry r => Find(r.ReservationId) is not null ? "the plan was reserved before"
            : BrokenPlan(r) is { } field ? field
            : FirstPlanOf(r.Plan.Source) is { } first
            && (first.Composition != r.Plan.Composition || first.Unit != r.Plan.Unit)
                ? "its source composes plans in another way, or protects another unit"
            : null,
            _ => Find(entry.ReservationId) is { } reservation
                ? Broken(entry, reservation)
                : "it belongs to no reservation",
        };
    }

    private static string? BrokenGap(RecoveredEntry recovered) =>
        !new LedgerHead(recovered.LostSequence, recovered.LostHash).IsPlausible ? "the lost head cannot be one"
        : recovered.Charges.All(c => c is { Epsilon: >= 0, Delta: >= 0, Source: not null }) ? null
        : "a recovered charge is negative";

    private static string? BrokenPlan(ReservedEntry reserved)
    {
        try
        {
            reserved.Plan.Validate();
        }
        catch (ArgumentException error)
        {
            return $"its plan is none: {error.Message}";
        }

        return !reserved.Plan.IsPrivate ? null
            : reserved is { Epsilon: >= 0, Delta: > 0 and < 1 } ? null
            : "its epsilon or delta cannot be those of a plan";
    }

    private static string? Broken(LedgerEntry entry, Reservation reservation) =>
        entry switch
        {
            SealedEntry when reservation.WhyOver is not null => "sealed after the plan was over",
            SealedEntry s when s.BaseVersion < 0 || s.StepsDone < 0 || !LedgerDigest.Is(s.UpdateDigest) =>
                "a sealed update cannot be like this",
            SealedEntry s when s.StepsDone > reservation.Entry.Plan.Steps - reservation.StepsDone =>
                "more steps than reserved",
            SealedEntry s
                when s.Metrics is not (0 or 1)
                    || s.Metrics > (reservation.Entry.Plan.Metrics?.Releases ?? 0) - reservation.MetricsDone =>
                "more metrics than reserved",
            SealedEntry s when reservation.SealedFor(s.BaseVersion) is not null =>
                $"base version {s.BaseVersion} sealed twice",
            ReleasedEntry r when reservation.Sealed.All(s => s.UpdateDigest != r.UpdateDigest) =>
                "released before it was sealed",
            ReleasedEntry r when reservation.ReleasedOf(r.UpdateDigest) is not null => "released twice",
            ExpiredEntry when reservation.Expired is not null => "expired twice",
            _ => null,
        };
}
