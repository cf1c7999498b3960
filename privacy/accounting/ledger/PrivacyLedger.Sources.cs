namespace Federated.Privacy.Accounting;

// What sources have promised, and which of them are one account.
public sealed partial class PrivacyLedger
{
    /// <summary>What a source has spent; all zero for one that the ledger does not know.</summary>
    /// <param name="source">The owner's name for the data.</param>
    public SourceStatus Status(string source)
    {
        lock (_gate)
        {
            return SourceStatus.Of(source, _state);
        }
    }

    /// <summary>What a source has promised, as a value that prices further plans.</summary>
    /// <param name="source">The owner's name for the data.</param>
    public SourceAccount Account(string source)
    {
        lock (_gate)
        {
            return _state.Account(source);
        }
    }

    /// <summary>All sources with a plan that was not given back, whether it had a guarantee or not.</summary>
    public IReadOnlyList<string> ChargedSources
    {
        get
        {
            lock (_gate)
            {
                return [.. _state.Reservations.Where(r => !r.IsReturned).Select(r => r.Entry.Plan.Source).Distinct()];
            }
        }
    }

    /// <summary>The source and all that are linked to it.</summary>
    /// <param name="source">The owner's name for the data.</param>
    public IReadOnlySet<string> SharedWith(string source)
    {
        lock (_gate)
        {
            return _state.GroupOf(source);
        }
    }

    /// <summary>Makes two sources one account, for good: they hold some of the same records. Again, it changes nothing.</summary>
    /// <param name="source">The owner's name for the one.</param>
    /// <param name="with">The owner's name for the other.</param>
    /// <exception cref="LedgerConflictException">They compose their plans in different ways, or protect different units.</exception>
    public void Link(string source, string with)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        ArgumentException.ThrowIfNullOrWhiteSpace(with);
        lock (_gate)
        {
            if (_state.GroupOf(source).Contains(with))
            {
                return;
            }

            if (_state.WhyNotLink(source, with) is { } why)
            {
                throw new LedgerConflictException(
                    $"sources '{source}' and '{with}' cannot be one account: {why}; use other records"
                );
            }

            Append(
                new LinkedEntry
                {
                    ReservationId = "link",
                    Source = source,
                    With = with,
                }
            );
        }
    }
}
