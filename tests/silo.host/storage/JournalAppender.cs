using System.Diagnostics;
using Federated.Aggregation.Grains;

namespace Federated.Silo.Tests;

/// <summary>This test program started once more, as a process that only appends until it is killed.</summary>
internal static class JournalAppender
{
    public const int Streams = 8;
    private const string FileVariable = "FEDSILO_TEST_APPENDS_TO";

    public static Process Start(string file)
    {
        var start = new ProcessStartInfo(Path.ChangeExtension(typeof(JournalAppender).Assembly.Location, null))
        {
            RedirectStandardOutput = true,
        };
        start.Environment[FileVariable] = file;
        return Process.Start(start)!;
    }

    /// <summary>The file to append to, when this process was started by <see cref="Start"/>.</summary>
    public static string? AskedFor => Environment.GetEnvironmentVariable(FileVariable);

    public static async Task AppendForeverAsync(string file)
    {
        var journal = new SqliteJournal(file);
        var output = TextWriter.Synchronized(Console.Out);
        await Task.WhenAll(
            Enumerable
                .Range(0, Streams)
                .Select(async stream =>
                {
                    for (var sequence = 0L; ; )
                    {
                        var record = new JournalRecord("event", new byte[512]);
                        sequence = await journal.AppendAsync($"run/{stream}", sequence, [record]);
                        await output.WriteLineAsync($"run/{stream} {sequence}");
                    }
                })
        );
    }
}
