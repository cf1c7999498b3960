using System.CommandLine;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>fedsilo verify.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Option<string> data = new("--data")
        {
            Description = "The data folder; its silo must be stopped",
            HelpName = "DIR",
            Required = true,
        };
        Option<bool> json = new("--json") { Description = "Print the verdicts as JSON" };
        Command command = new(
            "verify",
            """
            Makes every published version again from the journal and the blobs, and compares digests. Exit code 1 when one differs.

            Example:
              fedsilo verify --data ./silo
            """
        )
        {
            data,
            json,
        };
        command.SetGuardedAction(
            (result, cancellation) => VerifyAsync(result.GetRequiredValue(data), result.GetValue(json), cancellation)
        );
        return command;
    }

    private static async Task<int> VerifyAsync(string data, bool json, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(data, DataFolder.JournalName)))
        {
            throw new StartupException($"--data {data} holds no journal. Name the data folder of a silo that has run.");
        }

        using var folder = DataFolder.Open(data);
        await using var journal = new SqliteJournal(folder.JournalFile);
        var replay = new RunReplay(journal, new FileBlobStore(folder.BlobFolder));
        var verdicts = new List<VersionVerdict>();
        foreach (var stream in await journal.StreamsAsync(StreamNames.RunPrefix, cancellation))
        {
            await foreach (var verdict in replay.ReplayAsync(stream[StreamNames.RunPrefix.Length..], cancellation))
            {
                verdicts.Add(verdict);
                if (!json)
                {
                    Console.WriteLine($"{verdict.Run} version {verdict.Version}: {Word(verdict)}, {verdict.Detail}");
                }
            }
        }

        if (json)
        {
            Output.Json(verdicts);
        }

        return verdicts.Exists(verdict => verdict.Outcome == VersionOutcome.Wrong) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static string Word(VersionVerdict verdict) =>
        verdict.Outcome switch
        {
            VersionOutcome.Verified => "verified",
            VersionOutcome.NotReplayable => "cannot be replayed",
            _ => "WRONG",
        };
}
