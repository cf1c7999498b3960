namespace Federated.Aggregation.Grains;

/// <summary>One stream as one activation sees it: reads forward, and appends only to what it has read.</summary>
/// <param name="journal">The store.</param>
/// <param name="name">The stream's name.</param>
/// <param name="lost">Called once, with the reason, when this activation must end.</param>
internal sealed class JournalStream(IJournal journal, string name, Action<string> lost)
{
    private long _sequence;

    /// <summary>Whether another activation has overtaken this one.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Entries that were not read yet.</summary>
    public async Task<IReadOnlyList<JournalEntry>> ReadOnAsync(CancellationToken cancellation = default)
    {
        var entries = await journal.ReadAsync(name, _sequence, cancellation);
        if (entries.Count > 0)
        {
            _sequence = entries[^1].Sequence;
        }

        return entries;
    }

    /// <summary>Appends durably, all or nothing.</summary>
    /// <exception cref="ActivationSupersededException">Nothing is known to be written; this activation ends.</exception>
    public async Task AppendAsync(IReadOnlyList<JournalRecord> records)
    {
        if (IsLost)
        {
            throw Lose("an earlier append has failed");
        }

        try
        {
            _sequence = await journal.AppendAsync(name, _sequence, records);
        }
        catch (JournalConflictException exception)
        {
            throw Lose(exception.Message);
        }
        catch (JournalOutcomeUnknownException exception)
        {
            if (!await IsThereAsync(records))
            {
                throw Lose(exception.Message);
            }
        }
        catch (Exception exception)
        {
            // Anything else is a store in trouble: what it has done is as unknown.
            Lose(exception.Message);
            throw;
        }
    }

    // An unknown outcome is resolved by reading, never by repeating.
    private async Task<bool> IsThereAsync(IReadOnlyList<JournalRecord> records)
    {
        IReadOnlyList<JournalEntry> entries;
        try
        {
            entries = await journal.ReadAsync(name, _sequence);
        }
        catch (Exception exception)
        {
            throw Lose(exception.Message);
        }

        var same =
            entries.Count == records.Count
            && entries
                .Zip(records)
                .All(pair =>
                    pair.First.Kind == pair.Second.Kind
                    && pair.First.Payload.Span.SequenceEqual(pair.Second.Payload.Span)
                );
        if (same)
        {
            _sequence = entries[^1].Sequence;
        }

        return same;
    }

    private ActivationSupersededException Lose(string because)
    {
        if (!IsLost)
        {
            IsLost = true;
            lost(because);
        }

        return new ActivationSupersededException(
            $"stream '{name}' is read again before anything is decided: {because}"
        );
    }
}
