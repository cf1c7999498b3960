using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Federated.Silo;

/// <summary>The journal file's tables and their version.</summary>
internal static class JournalSchema
{
    /// <summary>What this build writes. A file of a later version is refused, never guessed at.</summary>
    public const long Version = 2;

    /// <summary>Makes a connection durable: these settings belong to the connection, not to the file (WAL does).</summary>
    /// <exception cref="StartupException">The file system cannot hold a write-ahead log.</exception>
    public static void Configure(SqliteConnection connection)
    {
        var mode = Scalar(connection, "PRAGMA journal_mode=WAL") as string;
        if (mode != "wal")
        {
            throw new StartupException(
                $"{connection.DataSource} cannot use a write-ahead log (journal mode is {mode}). "
                    + "Put --data on a local disk: network volumes do not keep a journal safe."
            );
        }

        Scalar(connection, "PRAGMA synchronous=FULL");
        Scalar(connection, "PRAGMA busy_timeout=5000");
    }

    /// <summary>Creates the tables of a new file, or checks the version of an old one and brings it up to this one.</summary>
    /// <remarks>Version 2 keeps a digest with each entry (<see cref="EntryDigest"/>); those of version 1 stay without one.</remarks>
    /// <exception cref="StartupException">The file was written by a later release.</exception>
    public static void Ensure(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        Scalar(
            connection,
            """
            CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL);
            INSERT INTO schema (version) SELECT 2 WHERE NOT EXISTS (SELECT 1 FROM schema);
            CREATE TABLE IF NOT EXISTS entry (
                stream     TEXT    NOT NULL,
                sequence   INTEGER NOT NULL,
                kind       TEXT    NOT NULL,
                unique_key TEXT,
                payload    BLOB    NOT NULL,
                digest     BLOB,
                PRIMARY KEY (stream, sequence)
            ) WITHOUT ROWID;
            CREATE UNIQUE INDEX IF NOT EXISTS entry_identity
                ON entry (stream, unique_key) WHERE unique_key IS NOT NULL;
            """
        );
        var found = Convert.ToInt64(Scalar(connection, "SELECT version FROM schema"), CultureInfo.InvariantCulture);
        if (found > Version)
        {
            throw new StartupException(
                $"{connection.DataSource} has schema version {found}; this fedsilo reads up to {Version}. "
                    + "Start the release that wrote it, or a later one."
            );
        }

        if (found == 1)
        {
            Scalar(connection, "ALTER TABLE entry ADD COLUMN digest BLOB; UPDATE schema SET version = 2");
        }

        transaction.Commit();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
