using System.Globalization;
using Federated.Aggregation.Grains;
using Microsoft.Data.Sqlite;

namespace Federated.Silo.Tests;

public sealed class SqliteJournalTests : JournalConformance, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private SqliteJournal _journal;

    public SqliteJournalTests() => _journal = new SqliteJournal(_folder.File("journal.db"));

    protected override IJournal Journal => _journal;

    [Fact]
    public async Task Every_acknowledged_append_is_there_after_the_process_was_killed()
    {
        using var process = JournalAppender.Start(_folder.File("killed.db"));
        var acknowledged = new Dictionary<string, long>();
        for (var lines = 0; await process.StandardOutput.ReadLineAsync(Cancellation) is { } line; lines++)
        {
            var (stream, sequence) = (line.Split(' ')[0], long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
            acknowledged[stream] = sequence;
            if (lines >= 200 && acknowledged.Count == JournalAppender.Streams)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(JournalAppender.Streams, acknowledged.Count);
        await using var journal = new SqliteJournal(_folder.File("killed.db"));
        foreach (var (stream, sequence) in acknowledged)
        {
            var entries = await journal.ReadAsync(stream, 0, Cancellation);
            // One more may be there: committed, and killed before it could say so.
            Assert.InRange(entries.Count, sequence, sequence + 1);
            Assert.Equal(Enumerable.Range(1, entries.Count).Select(i => (long)i), entries.Select(e => e.Sequence));
        }
    }

    [Fact]
    public async Task A_full_disk_fails_the_append_as_not_written_and_the_journal_goes_on()
    {
        await _journal.AppendAsync("run/a", 0, [Event("one")], Cancellation);
        await using (var blocker = new SqliteConnection($"Data Source={_folder.File("journal.db")};Pooling=False"))
        {
            await blocker.OpenAsync(Cancellation);
            using var command = blocker.CreateCommand();
            command.CommandText =
                "CREATE TRIGGER full BEFORE INSERT ON entry WHEN NEW.kind = 'big' BEGIN SELECT RAISE(FAIL, 'disk full'); END";
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        var conflict = await Record.ExceptionAsync(() =>
            _journal.AppendAsync("run/a", 1, [new JournalRecord("big", new byte[1])], Cancellation)
        );

        Assert.NotNull(conflict);
        Assert.IsNotType<JournalOutcomeUnknownException>(conflict);
        await _journal.AppendAsync("run/a", 1, [Event("two")], Cancellation);
        Assert.Equal(2, (await _journal.ReadAsync("run/a", 0, Cancellation)).Count);
    }

    [Theory]
    [InlineData(
        "UPDATE entry SET payload = CAST(replace(payload, 'one', 'two') AS BLOB) WHERE sequence = 1",
        "entry 1 of run/a"
    )]
    [InlineData("UPDATE entry SET kind = 'other' WHERE sequence = 2", "entry 2 of run/a")]
    [InlineData("DELETE FROM entry WHERE sequence = 1", "entry 1 of run/a")]
    [InlineData("UPDATE entry SET sequence = -sequence; UPDATE entry SET sequence = 4 + sequence", "entry 1 of run/a")]
    public async Task An_entry_that_was_changed_is_refused_by_its_place(string change, string place)
    {
        JournalRecord[] records =
        [
            new("one", "one"u8.ToArray()),
            new("two", "two"u8.ToArray()),
            new("three", "three"u8.ToArray()),
        ];
        await _journal.AppendAsync("run/a", 0, records, Cancellation);
        await ChangeAsync(change);

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() =>
            _journal.ReadAsync("run/a", 0, Cancellation)
        );

        Assert.Contains(place, refused.Message, StringComparison.Ordinal);
        Assert.Contains("journal.db", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_the_first_release_is_read_and_goes_on()
    {
        await _journal.AppendAsync("run/a", 0, [Event("one")], Cancellation);
        await _journal.DisposeAsync();
        await ChangeAsync("ALTER TABLE entry DROP COLUMN digest; UPDATE schema SET version = 1");

        _journal = new SqliteJournal(_folder.File("journal.db"));
        await _journal.AppendAsync("run/a", 1, [Event("two")], Cancellation);

        Assert.Equal(2, (await _journal.ReadAsync("run/a", 0, Cancellation)).Count);
    }

    [Fact]
    public async Task A_file_of_a_later_release_is_refused_with_both_versions_named()
    {
        await _journal.DisposeAsync();
        await ChangeAsync("UPDATE schema SET version = 9");

        var refused = Assert.Throws<StartupException>(() => new SqliteJournal(_folder.File("journal.db")));
        Assert.Contains("version 9", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_journal_is_refused_with_its_name()
    {
        await File.WriteAllTextAsync(_folder.File("other.db"), new string('x', 4096), Cancellation);

        var refused = Assert.Throws<StartupException>(() => new SqliteJournal(_folder.File("other.db")));

        Assert.Contains("other.db", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_append_to_a_closed_journal_says_so()
    {
        await _journal.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() =>
            _journal.AppendAsync("run/a", 0, [Event("one")], Cancellation)
        );
    }

    private async Task ChangeAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder.File("journal.db")};Pooling=False");
        await connection.OpenAsync(Cancellation);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    protected override async Task ReopenAsync()
    {
        await _journal.DisposeAsync();
        _journal = new SqliteJournal(_folder.File("journal.db"));
    }
}
