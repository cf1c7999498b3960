namespace Federated.Aggregation.Grains;

/// <summary>
/// Durable, append-only streams: the only truth of a silo. One stream a run, a group, a node.
/// </summary>
/// <remarks>
/// An append is durable when its task completes, and costs the same however long the stream is. The expected sequence fences
/// two writers of one stream: the loser gets <see cref="JournalConflictException"/>, and must read again before it decides anything.
/// </remarks>
public interface IJournal
{
    /// <summary>Entries of <paramref name="stream"/> after <paramref name="afterSequence"/>, in order.</summary>
    Task<IReadOnlyList<JournalEntry>> ReadAsync(
        string stream,
        long afterSequence = 0,
        CancellationToken cancellation = default
    );

    /// <summary>Appends all of <paramref name="records"/> or none, as the sequences after <paramref name="expectedSequence"/>.</summary>
    /// <returns>The stream's last sequence.</returns>
    /// <exception cref="JournalConflictException">
    /// The stream is not at <paramref name="expectedSequence"/>, or a record's unique key is already in the stream.
    /// </exception>
    /// <exception cref="JournalOutcomeUnknownException">The commit may or may not have happened: read, never repeat.</exception>
    Task<long> AppendAsync(
        string stream,
        long expectedSequence,
        IReadOnlyList<JournalRecord> records,
        CancellationToken cancellation = default
    );

    /// <summary>Names of the streams that begin with <paramref name="prefix"/>, in ordinal order.</summary>
    Task<IReadOnlyList<string>> StreamsAsync(string prefix, CancellationToken cancellation = default);
}
