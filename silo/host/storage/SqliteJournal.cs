using Federated.Aggregation.Grains;
using Microsoft.Data.Sqlite;

namespace Federated.Silo;

/// <summary>
/// The embedded journal: one SQLite file with a write-ahead log and full synchronisation. Appends go through one writer
/// thread with group commit; reads use pooled connections beside it and never block it.
/// </summary>
public sealed class SqliteJournal : IJournal, IAsyncDisposable
{
    private readonly string _file;
    private readonly string _reading;
    private readonly JournalWriter _writer;

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="StartupException">The file was written by a later release, or its disk cannot keep a journal.</exception>
    public SqliteJournal(string file)
    {
        _file = file;
        var connection = new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWriteCreate };
        _reading = new SqliteConnectionStringBuilder(connection.ConnectionString)
        {
            Mode = SqliteOpenMode.ReadWrite,
        }.ConnectionString;
        connection.Pooling = false;
        try
        {
            _writer = new JournalWriter(connection.ConnectionString);
        }
        catch (SqliteException e)
        {
            throw new StartupException($"The journal {file} cannot be opened: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">An entry is damaged or missing; the message names it.</exception>
    public Task<IReadOnlyList<JournalEntry>> ReadAsync(
        string stream,
        long afterSequence = 0,
        CancellationToken cancellation = default
    )
    {
        var next = afterSequence;
        return QueryAsync(
            """
            SELECT sequence, kind, payload, digest FROM entry
            WHERE stream = $text AND sequence > $after ORDER BY sequence
            """,
            stream,
            afterSequence,
            row =>
            {
                var entry = new JournalEntry(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2));
                var digest = row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3);
                return entry.Sequence == ++next && EntryDigest.Fits(stream, entry, digest)
                    ? entry
                    : throw new InvalidDataException(
                        $"entry {next} of {stream} in the journal {_file} is damaged or missing; restore the data folder from a backup"
                    );
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<long> AppendAsync(
        string stream,
        long expectedSequence,
        IReadOnlyList<JournalRecord> records,
        CancellationToken cancellation = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(expectedSequence);
        ArgumentNullException.ThrowIfNull(records);
        return _writer.AppendAsync(new PendingAppend(stream, expectedSequence, records), cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> StreamsAsync(string prefix, CancellationToken cancellation = default) =>
        QueryAsync(
            "SELECT DISTINCT stream FROM entry WHERE substr(stream, 1, length($text)) = $text ORDER BY stream",
            prefix,
            0,
            row => row.GetString(0),
            cancellation
        );

    /// <summary>Writes what is queued and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        using var pooled = new SqliteConnection(_reading);
        SqliteConnection.ClearPool(pooled);
    }

    private Task<IReadOnlyList<T>> QueryAsync<T>(
        string sql,
        string text,
        long after,
        Func<SqliteDataReader, T> map,
        CancellationToken cancellation
    ) =>
        Task.Run<IReadOnlyList<T>>(
            () =>
            {
                using var connection = new SqliteConnection(_reading);
                connection.Open();
                using var command = connection.CreateCommand();
                command.CommandText = sql;
                command.Parameters.AddWithValue("$text", text);
                command.Parameters.AddWithValue("$after", after);
                using var reader = command.ExecuteReader();
                var rows = new List<T>();
                while (reader.Read())
                {
                    cancellation.ThrowIfCancellationRequested();
                    rows.Add(map(reader));
                }

                return rows;
            },
            cancellation
        );
}
