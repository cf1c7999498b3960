using Federated.ClientNode;
using Federated.Lab.Demo;
using Federated.Lab.Demo.Data;

namespace Federated.Lab.Simulate;

/// <summary>The sources of text that virtual nodes have: a folder of the user's, or the API documentation that the demo trains on.</summary>
internal static class TextSources
{
    // Each tenth record judges, as far as so many are needed.
    private const double HeldOutShare = 0.1;
    private const int MostHeldOut = 40;

    /// <summary>Reads the sources.</summary>
    /// <param name="folder">One .jsonl file for each source; null = API documentation.</param>
    /// <exception cref="SimulationException">There is no text, or more sources than there are labels.</exception>
    public static IReadOnlyList<TextSource> Read(string? folder)
    {
        try
        {
            return folder is null ? Documentation() : [.. Files(folder).Select(Of)];
        }
        catch (Exception error) when (error is DemoException or InvalidRecordsException)
        {
            throw new SimulationException(error.Message, isUsage: true);
        }
    }

    private static IReadOnlyList<TextSource> Documentation()
    {
        var packages = RestoredPackages.Load(
            Path.Combine(AppContext.BaseDirectory, RestoredPackages.AssetsFile),
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        );
        return
        [
            .. Publisher
                .Training.Take(DemoDefaults.Nodes)
                .Select(publisher =>
                {
                    var members = PublisherData.Read(packages, publisher);
                    TextRecord[] records = [.. members.Select(member => new TextRecord(member.Text, null))];
                    var stride = (int)(1 / HeldOutShare);
                    return new TextSource(
                        publisher.Name,
                        [.. records.Where((_, index) => index % stride != 0)],
                        [.. records.Where((_, index) => index % stride == 0).Take(MostHeldOut)]
                    );
                }),
        ];
    }

    private static string[] Files(string folder)
    {
        string[] files = Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.jsonl").Order(StringComparer.Ordinal)]
            : [];
        return files.Length is > 0 and <= Population.Labels
            ? files
            : throw new SimulationException(
                $"--data {folder}: {files.Length} .jsonl files; expected 1 … {Population.Labels}, one for each source of text",
                isUsage: true
            );
    }

    private static TextSource Of(string file)
    {
        using var records = JsonLinesRecords.Open(file, new HoldOut(new byte[32], HeldOutShare));
        if (records.HeldOutCount == 0)
        {
            throw new SimulationException(
                $"{file}: none of its {records.TrainingCount} records is in the tenth that judges; give more records",
                isUsage: true
            );
        }

        return new(
            Path.GetFileNameWithoutExtension(file),
            [.. Enumerable.Range(0, records.TrainingCount).Select(records.Training)],
            [.. Enumerable.Range(0, Math.Min(records.HeldOutCount, MostHeldOut)).Select(records.HeldOut)]
        );
    }
}
