using System.Text;
using Federated.Aggregation.Grains;

namespace Federated.Silo.Tests;

/// <summary>What fedsilo verify does with a stopped silo's data folder.</summary>
internal static class Replay
{
    public static async Task<List<VersionVerdict>> AllAsync(SiloUnderTest silo)
    {
        using var folder = DataFolder.Open(silo.Data);
        await using var journal = new SqliteJournal(folder.JournalFile);
        var replay = new RunReplay(journal, new FileBlobStore(folder.BlobFolder));
        var verdicts = new List<VersionVerdict>();
        foreach (var stream in await journal.StreamsAsync(StreamNames.RunPrefix))
        {
            await foreach (
                var verdict in replay.ReplayAsync(
                    stream[StreamNames.RunPrefix.Length..],
                    TestContext.Current.CancellationToken
                )
            )
            {
                verdicts.Add(verdict);
            }
        }

        return verdicts;
    }

    /// <summary>The runs' events as text.</summary>
    public static async Task<string> JournalAsync(SiloUnderTest silo)
    {
        using var folder = DataFolder.Open(silo.Data);
        await using var journal = new SqliteJournal(folder.JournalFile);
        var text = new StringBuilder();
        foreach (var stream in await journal.StreamsAsync(StreamNames.RunPrefix))
        {
            foreach (var entry in await journal.ReadAsync(stream, 0))
            {
                text.Append(Encoding.UTF8.GetString(entry.Payload.Span)).Append('\n');
            }
        }

        return text.ToString();
    }
}
