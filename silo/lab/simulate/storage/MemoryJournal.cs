using Federated.Aggregation.Grains;

namespace Federated.Lab.Simulate;

/// <summary>A journal that lasts as long as the process: for simulations that nobody wants to resume or to verify.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, List<JournalEntry>> _streams = new(StringComparer.Ordinal);
    private readonly HashSet<(string Stream, string Key)> _keys = [];

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalEntry>> ReadAsync(
        string stream,
        long afterSequence = 0,
        CancellationToken cancellation = default
    )
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<JournalEntry>>(
                _streams.TryGetValue(stream, out var entries) && afterSequence < entries.Count
                    ? entries.GetRange((int)afterSequence, entries.Count - (int)afterSequence)
                    : []
            );
        }
    }

    /// <inheritdoc/>
    public Task<long> AppendAsync(
        string stream,
        long expectedSequence,
        IReadOnlyList<JournalRecord> records,
        CancellationToken cancellation = default
    )
    {
        lock (_lock)
        {
            if (!_streams.TryGetValue(stream, out var entries))
            {
                _streams[stream] = entries = [];
            }

            if (entries.Count != expectedSequence)
            {
                throw new JournalConflictException($"'{stream}' is at {entries.Count}, not at {expectedSequence}");
            }

            string[] keys = [.. records.Select(record => record.UniqueKey).OfType<string>()];
            if (keys.Distinct().Count() < keys.Length || Array.Exists(keys, key => _keys.Contains((stream, key))))
            {
                throw new JournalConflictException($"a key of {string.Join(", ", keys)} is in '{stream}' already");
            }

            foreach (var record in records)
            {
                entries.Add(new(entries.Count + 1, record.Kind, record.Payload.ToArray()));
            }

            _keys.UnionWith(keys.Select(key => (stream, key)));
            return Task.FromResult((long)entries.Count);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> StreamsAsync(string prefix, CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<string>>([
                .. _streams.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)),
            ]);
        }
    }
}
