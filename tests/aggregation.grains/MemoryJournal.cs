using System.Collections.Concurrent;

namespace Federated.Aggregation.Grains.Tests;

/// <summary>A journal in memory, with a switch for what can go wrong around a commit.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<(JournalEntry Entry, string? Key)>> _streams = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (int Countdown, Fault Fault)> _faults = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _unreadable = new(StringComparer.Ordinal);

    public enum Fault
    {
        /// <summary>The store fails before anything is written.</summary>
        BeforeCommit,

        /// <summary>The commit happens; the answer is lost.</summary>
        AnswerLost,

        /// <summary>The commit happens; the answer is lost, and the store cannot be read right away.</summary>
        AnswerLostAndUnreadable,

        /// <summary>Another writer was faster.</summary>
        Conflict,
    }

    public void FailAppend(string stream, int number, Fault fault) => _faults[stream] = (number, fault);

    public void FailReads(string stream, int times) => _unreadable[stream] = times;

    public IReadOnlyList<JournalEntry> Entries(string stream)
    {
        lock (_lock)
        {
            return _streams.TryGetValue(stream, out var entries) ? [.. entries.Select(pair => pair.Entry)] : [];
        }
    }

    public void Write(string stream, IEnumerable<JournalEntry> entries)
    {
        lock (_lock)
        {
            _streams[stream] = [.. entries.Select(entry => (entry, (string?)null))];
        }
    }

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(
        string stream,
        long afterSequence = 0,
        CancellationToken cancellation = default
    )
    {
        if (_unreadable.TryRemove(stream, out var times))
        {
            if (times > 1)
            {
                _unreadable[stream] = times - 1;
            }

            throw new IOException("the store cannot be read");
        }

        return Task.FromResult<IReadOnlyList<JournalEntry>>([.. Entries(stream).Skip((int)afterSequence)]);
    }

    public Task<long> AppendAsync(
        string stream,
        long expectedSequence,
        IReadOnlyList<JournalRecord> records,
        CancellationToken cancellation = default
    )
    {
        lock (_lock)
        {
            var fault = NextFault(stream);
            if (fault == Fault.BeforeCommit)
            {
                throw new IOException("disk full");
            }

            if (fault == Fault.Conflict)
            {
                throw new JournalConflictException("another activation was faster");
            }

            if (!_streams.TryGetValue(stream, out var entries))
            {
                _streams[stream] = entries = [];
            }

            if (entries.Count != expectedSequence)
            {
                throw new JournalConflictException($"'{stream}' is at {entries.Count}, not at {expectedSequence}");
            }

            foreach (var record in records)
            {
                if (record.UniqueKey is { } key && entries.Exists(pair => pair.Key == key))
                {
                    throw new JournalConflictException($"'{key}' is in '{stream}' already");
                }
            }

            foreach (var record in records)
            {
                entries.Add((new(entries.Count + 1, record.Kind, record.Payload.ToArray()), record.UniqueKey));
            }

            if (fault is { } lost)
            {
                if (lost == Fault.AnswerLostAndUnreadable)
                {
                    _unreadable[stream] = 1;
                }

                throw new JournalOutcomeUnknownException("no answer", new IOException("connection reset"));
            }

            return Task.FromResult((long)entries.Count);
        }
    }

    public Task<IReadOnlyList<string>> StreamsAsync(string prefix, CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<string>>([
                .. _streams
                    .Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal),
            ]);
        }
    }

    private Fault? NextFault(string stream)
    {
        if (!_faults.TryGetValue(stream, out var next))
        {
            return null;
        }

        if (next.Countdown > 1)
        {
            _faults[stream] = (next.Countdown - 1, next.Fault);
            return null;
        }

        _faults.TryRemove(stream, out _);
        return next.Fault;
    }
}
