using System.Text;
using Federated.Aggregation.Grains;

namespace Federated.Silo.Tests;

/// <summary>What every journal must do, whatever it is made of.</summary>
public abstract class JournalConformance
{
    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A journal that holds nothing.</summary>
    protected abstract IJournal Journal { get; }

    /// <summary>Closes the journal and opens it again.</summary>
    protected abstract Task ReopenAsync();

    [Fact]
    public async Task Entries_are_read_in_the_order_in_which_they_were_appended()
    {
        Assert.Equal(2, await Journal.AppendAsync("run/a", 0, [Event("one"), Event("two")], Cancellation));
        Assert.Equal(3, await Journal.AppendAsync("run/a", 2, [Event("three")], Cancellation));

        var entries = await Journal.ReadAsync("run/a", 0, Cancellation);

        Assert.Equal([1, 2, 3], entries.Select(entry => entry.Sequence));
        Assert.Equal(["one", "two", "three"], entries.Select(entry => Encoding.UTF8.GetString(entry.Payload.Span)));
        Assert.All(entries, entry => Assert.Equal("event", entry.Kind));
    }

    [Fact]
    public async Task Reading_after_a_sequence_gives_only_what_came_later()
    {
        await Journal.AppendAsync("run/a", 0, [Event("one"), Event("two")], Cancellation);

        Assert.Equal([2], (await Journal.ReadAsync("run/a", 1, Cancellation)).Select(entry => entry.Sequence));
        Assert.Empty(await Journal.ReadAsync("run/a", 2, Cancellation));
        Assert.Empty(await Journal.ReadAsync("run/unknown", 0, Cancellation));
    }

    [Fact]
    public async Task An_append_that_expected_another_sequence_writes_nothing()
    {
        await Journal.AppendAsync("run/a", 0, [Event("one")], Cancellation);

        await Assert.ThrowsAsync<JournalConflictException>(() =>
            Journal.AppendAsync("run/a", 0, [Event("late")], Cancellation)
        );
        await Assert.ThrowsAsync<JournalConflictException>(() =>
            Journal.AppendAsync("run/a", 7, [Event("early")], Cancellation)
        );

        Assert.Single(await Journal.ReadAsync("run/a", 0, Cancellation));
    }

    [Fact]
    public async Task A_unique_key_stands_once_in_a_stream_and_its_append_is_refused_whole()
    {
        await Journal.AppendAsync("run/a", 0, [Event("one", "1/0/node")], Cancellation);

        await Assert.ThrowsAsync<JournalConflictException>(() =>
            Journal.AppendAsync("run/a", 1, [Event("free"), Event("again", "1/0/node")], Cancellation)
        );
        await Assert.ThrowsAsync<JournalConflictException>(() =>
            Journal.AppendAsync("run/a", 1, [Event("x", "twice"), Event("y", "twice")], Cancellation)
        );

        Assert.Single(await Journal.ReadAsync("run/a", 0, Cancellation));
        await Journal.AppendAsync("run/b", 0, [Event("elsewhere", "1/0/node")], Cancellation);
        await Journal.AppendAsync("run/a", 1, [Event("next", "1/1/node")], Cancellation);
    }

    [Fact]
    public async Task Of_many_writers_with_the_same_expectation_exactly_one_wins()
    {
        for (var sequence = 0; sequence < 5; sequence++)
        {
            var outcomes = await Task.WhenAll(
                Enumerable.Range(0, 16).Select(writer => TryAppendAsync("run/contended", sequence, $"{writer}"))
            );

            Assert.Equal(1, outcomes.Count(won => won));
        }

        Assert.Equal(5, (await Journal.ReadAsync("run/contended", 0, Cancellation)).Count);
    }

    [Fact]
    public async Task Streams_do_not_wait_for_each_other_and_none_loses_an_entry()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(AppendFiftyAsync));

        for (var stream = 0; stream < 16; stream++)
        {
            var entries = await Journal.ReadAsync($"run/{stream}", 0, Cancellation);
            Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), entries.Select(Text));
        }

        async Task AppendFiftyAsync(int stream)
        {
            for (var i = 0; i < 50; i++)
            {
                await Journal.AppendAsync($"run/{stream}", i, [Event($"{i}")], Cancellation);
            }
        }
    }

    [Fact]
    public async Task Streams_are_listed_by_their_prefix_in_ordinal_order()
    {
        foreach (var stream in new[] { "run/b", "node/x", "run/a", "run/B", "runner" })
        {
            await Journal.AppendAsync(stream, 0, [Event("one")], Cancellation);
        }

        Assert.Equal(["run/B", "run/a", "run/b"], await Journal.StreamsAsync("run/", Cancellation));
    }

    [Fact]
    public async Task What_was_appended_is_there_after_reopening()
    {
        await Journal.AppendAsync("run/a", 0, [Event("one", "key")], Cancellation);

        await ReopenAsync();

        Assert.Equal("one", Text(Assert.Single(await Journal.ReadAsync("run/a", 0, Cancellation))));
        await Assert.ThrowsAsync<JournalConflictException>(() =>
            Journal.AppendAsync("run/a", 1, [Event("two", "key")], Cancellation)
        );
    }

    [Fact]
    public async Task A_cancelled_append_is_refused_and_writes_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Journal.AppendAsync("run/a", 0, [Event("one")], new CancellationToken(canceled: true))
        );

        Assert.Empty(await Journal.ReadAsync("run/a", 0, Cancellation));
    }

    private protected static JournalRecord Event(string text, string? key = null) =>
        new("event", Encoding.UTF8.GetBytes(text), key);

    private static string Text(JournalEntry entry) => Encoding.UTF8.GetString(entry.Payload.Span);

    private async Task<bool> TryAppendAsync(string stream, long expected, string text)
    {
        try
        {
            await Journal.AppendAsync(stream, expected, [Event(text)], Cancellation);
            return true;
        }
        catch (JournalConflictException)
        {
            return false;
        }
    }
}
