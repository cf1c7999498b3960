using System.Text;

namespace Federated.Privacy.Accounting;

/// <summary>
/// What this node's data has spent: an append-only, hash-chained file, written ahead. The node is its only authority.
/// </summary>
/// <remarks>
/// <code>
///   Reserve   the whole plan (versions × steps), at consent, before a record is touched
///   Seal      one update's final bytes, before the first of them is sent; sent again, they are the same bytes
///   Release   the silo's receipt
///   Expire    no more updates under this plan; returned only if nothing was ever sealed
/// </code>
/// Each is on disk (fsync) before the call returns. A process that dies in between finds what it reserved or sealed; a torn last line is
/// dropped, since its call never returned.
/// <para>
/// The whole plan is charged because the server chooses when to stop; ε of a prefix is no bound then. How plans add up across runs, which may be
/// chosen after seeing earlier results and may overlap: <see cref="SourceAccount"/>.
/// </para>
/// <para>
/// An older copy of the file, or another one, is noticed by its anchors: at the opening, before each entry, and whenever a silo shows a head that is not part of it
/// (<see cref="Compare"/>). Then nothing is written until <see cref="Recover"/>.
/// </para>
/// </remarks>
public sealed partial class PrivacyLedger : IDisposable
{
    private readonly object _gate = new();
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly LedgerWriter _writer;
    private readonly LedgerState _state;
    private readonly RollbackWatch _watch;

    private PrivacyLedger(
        string path,
        TimeProvider time,
        LedgerWriter writer,
        LedgerState state,
        RollbackWatch watch
    ) => (_path, _time, _writer, _state, _watch) = (path, time, writer, state, watch);

    /// <summary>The last entry's sequence and hash.</summary>
    public LedgerHead Head
    {
        get
        {
            lock (_gate)
            {
                return _state.Head;
            }
        }
    }

    /// <summary>A copy of all entries, oldest first.</summary>
    public IReadOnlyList<LedgerEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _state.Entries];
            }
        }
    }

    /// <summary>Opens the ledger, or starts one; takes its lock until disposal.</summary>
    /// <param name="path">The file, for example <c>data/ledger.jsonl</c>; <c>.lock</c> and <c>.fence</c> lie beside it.</param>
    /// <param name="time">For the entries' time stamps.</param>
    /// <param name="anchors">
    /// Files in another place that tell when an older copy of the ledger was put back: then every change is refused until <see cref="Recover"/>.
    /// </param>
    /// <exception cref="LedgerLockedException">Another process has it open.</exception>
    /// <exception cref="LedgerCorruptException">A line was changed, removed or added.</exception>
    /// <exception cref="LedgerUnavailableException">The folder or file cannot be read or written.</exception>
    public static PrivacyLedger Open(string path, TimeProvider time, AnchorFiles? anchors = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(time);
        path = Path.GetFullPath(path);
        var (writer, state) = LedgerWriter.Open(path, time.GetUtcNow());
        try
        {
            var watch = new RollbackWatch(path, state, anchors);
            watch.Look();
            return new PrivacyLedger(path, time, writer, state, watch);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Reads and checks a ledger without taking its lock; a torn last line is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="anchors">Where to look whether it is an older copy; null does not look.</param>
    /// <exception cref="LedgerCorruptException">A line was changed, removed or added.</exception>
    /// <exception cref="LedgerUnavailableException">The file cannot be read.</exception>
    public static LedgerSnapshot Read(string path, AnchorFiles? anchors = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return LedgerSnapshot.Read(path, anchors);
    }

    /// <summary>Charges a whole plan. The same run and source again returns the entry that exists.</summary>
    /// <param name="request">The plan and the owner's budget.</param>
    /// <exception cref="ArgumentException">A field of the plan is missing or outside its range.</exception>
    /// <exception cref="PrivacyBudgetExceededException">ε or δ would exceed the budget; nothing was charged.</exception>
    /// <exception cref="LedgerConflictException">The run is reserved with other numbers, or its plan has expired.</exception>
    public ReservedEntry Reserve(ReservationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        var id = ReservationId(request.Source, request.RunDigest);
        lock (_gate)
        {
            RefuseIfRolledBack();
            if (_state.Find(id) is { } existing)
            {
                return Same(existing, request);
            }

            var price = _state.Account(request.Source).Price(request);
            return Append(
                new ReservedEntry
                {
                    ReservationId = id,
                    Plan = request,
                    Delta = price.Delta,
                    Epsilon = double.IsFinite(price.Epsilon) ? price.Epsilon : null,
                    Accountant = price.Accountant,
                    AccountantVersion = Version,
                }
            );
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _writer.Dispose();
        }
    }

    private static string Version { get; } = typeof(PrivacyLedger).Assembly.GetName().Version!.ToString(3);

    private static string ReservationId(string source, string runDigest) =>
        LedgerDigest.Of(Encoding.UTF8.GetBytes($"federated-reservation/1\n{runDigest}\n{source}"))[..32];

    private static ReservedEntry Same(Reservation existing, ReservationRequest request)
    {
        var plan = existing.Entry.Plan;
        if (existing.WhyOver is { } over)
        {
            throw new LedgerConflictException(
                $"source '{plan.Source}': the plan of this run {over}; it cannot be reserved again"
            );
        }

        // A changed budget is the owner's right and no change of the plan; the first release did not write the mechanism.
        var same = plan with
        {
            Budget = request.Budget,
            Delta = request.Delta,
            Mechanism = request.Mechanism,
        };
        return same == request
            ? existing.Entry
            : throw new LedgerConflictException(
                $"source '{plan.Source}': this run is reserved with other numbers ({plan}); a run's plan never changes"
            );
    }

    private Reservation Existing(string reservationId) =>
        _state.Find(reservationId)
        ?? throw new LedgerConflictException(
            $"reservation '{reservationId}' is not in the ledger; reserve before training"
        );

    private TEntry Append<TEntry>(TEntry draft)
        where TEntry : LedgerEntry
    {
        if (draft is not RecoveredEntry)
        {
            RefuseIfRolledBack();
        }

        var head = _state.Head;
        var entry = _writer.Append(
            draft with
            {
                Sequence = draft is RecoveredEntry gap
                    ? Math.Max(gap.LostSequence, head.Sequence) + 1
                    : head.Sequence + 1,
                Previous = head.Hash,
                At = _time.GetUtcNow(),
            }
        );
        if (_state.Apply(entry) is { } rule)
        {
            throw new LedgerCorruptException($"'{_path}': the new entry breaks a rule: {rule}");
        }

        // While a gap is open the anchor keeps its evidence.
        if (_watch.Gap is null)
        {
            _watch.Follow();
        }

        return (TEntry)entry;
    }
}
