namespace Federated.Privacy.Accounting;

// Older and other copies of the ledger: noticed, and paid for.
public sealed partial class PrivacyLedger
{
    /// <summary>What is missing here and known elsewhere; null when nothing is.</summary>
    public LedgerGap? Gap
    {
        get
        {
            lock (_gate)
            {
                return _watch.Gap;
            }
        }
    }

    /// <summary>Compares with a head that a silo knows of this ledger. It can only make this node stricter.</summary>
    /// <param name="known">The head.</param>
    /// <exception cref="ArgumentException">It cannot be a ledger's head.</exception>
    /// <exception cref="LedgerConflictException">It is so far ahead that no copy of this ledger can be there; it is not kept.</exception>
    /// <exception cref="LedgerRolledBackException">It is not part of this ledger; nothing more is written until <see cref="Recover"/>.</exception>
    public void Compare(LedgerHead known)
    {
        if (!known.IsPlausible)
        {
            throw new ArgumentException(
                $"sequence {known.Sequence} with hash '{known.Hash}' is no head",
                nameof(known)
            );
        }

        lock (_gate)
        {
            if (known.Sequence - _state.Head.Sequence > LedgerHead.LargestGap)
            {
                throw new LedgerConflictException(
                    $"somebody claims {known} of this ledger, which ends at {_state.Head}: no ledger grows so fast, and the claim is not believed"
                );
            }

            _watch.Confirm(known);
            _watch.RefuseIfMissing();
        }
    }

    /// <summary>Refuses while entries are missing.</summary>
    /// <exception cref="LedgerRolledBackException">They are.</exception>
    public void RefuseIfRolledBack()
    {
        lock (_gate)
        {
            _watch.Look();
            _watch.RefuseIfMissing();
        }
    }

    /// <summary>
    /// Accepts that entries are lost, charges every source the most that they can have spent (<see cref="GapCharges"/>), and ends all open plans.
    /// </summary>
    /// <param name="budgets">The budgets of today, by source.</param>
    /// <param name="reason">Why, for people.</param>
    /// <exception cref="LedgerConflictException">Nothing is known to be lost.</exception>
    public RecoveredEntry Recover(IReadOnlyDictionary<string, PrivacyBudget> budgets, string reason)
    {
        ArgumentNullException.ThrowIfNull(budgets);
        ArgumentNullException.ThrowIfNull(reason);
        lock (_gate)
        {
            var gap =
                _watch.Gap
                ?? throw new LedgerConflictException(
                    "the ledger holds every head that was confirmed; there is no gap to recover"
                );
            var entry = Append(
                new RecoveredEntry
                {
                    ReservationId = "recovery",
                    LostSequence = gap.Lost.Sequence,
                    LostHash = gap.Lost.Hash,
                    AlsoLost = gap.AlsoLost,
                    Charges = GapCharges.For(_state, gap, budgets),
                    Reason = reason,
                }
            );
            _watch.Settle();
            _watch.Follow();
            return entry;
        }
    }
}
