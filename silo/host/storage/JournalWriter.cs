using System.Threading.Channels;
using Federated.Aggregation.Grains;
using Microsoft.Data.Sqlite;

namespace Federated.Silo;

/// <summary>
/// The only writer of a journal file: one thread, one connection, and one transaction for everything that waits (group
/// commit), so that a hundred appends share one fsync. SQLite blocks; here it blocks no grain.
/// </summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    private const int AppendsPerCommit = 512;
    private const int SqliteConstraint = 19;

    private readonly string _connectionString;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<PendingAppend> _queue = Channel.CreateBounded<PendingAppend>(
        new BoundedChannelOptions(4096) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait }
    );
    private SqliteConnection? _connection;

    /// <summary>Opens the file, creating its tables, and starts the thread.</summary>
    public JournalWriter(string connectionString)
    {
        _connectionString = connectionString;
        _connection = Open();
        new Thread(Run) { IsBackground = true, Name = "journal" }.Start();
    }

    public async Task<long> AppendAsync(PendingAppend append, CancellationToken cancellation)
    {
        try
        {
            await _queue.Writer.WriteAsync(append, cancellation);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(SqliteJournal));
        }

        using (cancellation.UnsafeRegister(static (state, token) => ((PendingAppend)state!).GiveUp(token), append))
        {
            return await append.Done;
        }
    }

    /// <summary>Writes what is queued, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _ended.Task;
    }

    private void Run()
    {
        var batch = new List<PendingAppend>(AppendsPerCommit);
        // This thread has nothing else to do than to wait here.
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < AppendsPerCommit && _queue.Reader.TryRead(out var append))
            {
                if (append.TryClaim())
                {
                    batch.Add(append);
                }
            }

            if (batch.Count > 0)
            {
                Write(batch);
            }
        }

        _connection?.Dispose();
        _ended.SetResult();
    }

    private void Write(List<PendingAppend> batch)
    {
        var written = new List<PendingAppend>(batch.Count);
        var conflicts = new List<(PendingAppend Append, JournalConflictException Reason)>();
        var committing = false;
        try
        {
            _connection ??= Open();
            using var transaction = _connection.BeginTransaction(deferred: false);
            foreach (var append in batch)
            {
                if (TryInsert(_connection, transaction, append) is { } conflict)
                {
                    conflicts.Add((append, conflict));
                }
                else
                {
                    written.Add(append);
                }
            }

            committing = true;
            transaction.Commit();
        }
        catch (Exception e)
        {
            foreach (var append in batch)
            {
                append.Fail(Failure(append, e, committing));
            }

            // Whatever state the connection is in, the next batch starts from a fresh one.
            _connection?.Dispose();
            _connection = null;
            return;
        }

        // Conflicts were judged against what this transaction saw, so they are told only after it has become the truth.
        written.ForEach(append => append.Succeed());
        conflicts.ForEach(refused => refused.Append.Fail(refused.Reason));
    }

    private Exception Failure(PendingAppend append, Exception inner, bool committing) =>
        committing
            ? new JournalOutcomeUnknownException(
                $"The commit of {append.Records.Count} record(s) of {append.Stream} after sequence "
                    + $"{append.ExpectedSequence} was interrupted: {inner.Message} Read the stream to learn its outcome.",
                inner
            )
            : new IOException(
                $"The journal {new SqliteConnectionStringBuilder(_connectionString).DataSource} could not be written, "
                    + $"and nothing of this append was: {inner.Message}",
                inner
            );

    /// <summary>Inserts all records or, when fenced off, none.</summary>
    private static JournalConflictException? TryInsert(
        SqliteConnection connection,
        SqliteTransaction transaction,
        PendingAppend append
    )
    {
        var last = LastSequence(connection, transaction, append.Stream);
        if (last != append.ExpectedSequence)
        {
            return new JournalConflictException(
                $"{append.Stream} is at sequence {last}, and the append expected {append.ExpectedSequence}."
            );
        }

        transaction.Save("append");
        using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText =
            "INSERT INTO entry (stream, sequence, kind, unique_key, payload, digest) VALUES ($stream, $sequence, $kind, $key, $payload, $digest)";
        foreach (var record in append.Records)
        {
            insert.Parameters.Clear();
            insert.Parameters.AddWithValue("$stream", append.Stream);
            insert.Parameters.AddWithValue("$sequence", ++last);
            insert.Parameters.AddWithValue("$kind", record.Kind);
            insert.Parameters.AddWithValue("$key", (object?)record.UniqueKey ?? DBNull.Value);
            insert.Parameters.AddWithValue("$payload", record.Payload.ToArray());
            insert.Parameters.AddWithValue(
                "$digest",
                EntryDigest.Of(append.Stream, last, record.Kind, record.Payload.Span)
            );
            try
            {
                insert.ExecuteNonQuery();
            }
            catch (SqliteException e) when (e.SqliteErrorCode == SqliteConstraint)
            {
                transaction.Rollback("append");
                return new JournalConflictException($"{append.Stream} already holds the key {record.UniqueKey}.");
            }
        }

        transaction.Release("append");
        return null;
    }

    private static long LastSequence(SqliteConnection connection, SqliteTransaction transaction, string stream)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT COALESCE(MAX(sequence), 0) FROM entry WHERE stream = $stream";
        command.Parameters.AddWithValue("$stream", stream);
        return (long)command.ExecuteScalar()!;
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            JournalSchema.Configure(connection);
            JournalSchema.Ensure(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
