using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Federated.Aggregation.Grains.Tests;

/// <summary>What a released build wrote stays readable: the journal of a whole run, as the first form wrote it.</summary>
public sealed class GoldenJournalTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    [Fact]
    public async Task A_journal_of_form_1_is_taken_up_with_its_versions_and_weights()
    {
        var entries = Entries();
        var document = JsonDocument.Parse(entries[0].Payload).RootElement.GetProperty("document").GetString()!;
        var runDigest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));
        silo.Journal.Write(StreamNames.OfRun(runDigest), entries);

        var run = silo.Grains.GetGrain<IRunGrain>(runDigest);
        var status = (await run.StatusAsync())!;
        Assert.Equal((RunPhase.Completed, 2L, 2), (status.Phase, status.LatestVersion, status.Nodes));
        Assert.All(
            status.Members,
            member => Assert.Equal((1.0, 2L, 2), (member.WeightNext, member.Intervals, member.Merged))
        );

        var versions = await run.VersionsAsync(0);
        var published = entries.Where(entry => entry.Kind == "version-published").ToArray();
        Assert.Equal(3, published.Length);
        Assert.Equal(
            published.Select(entry => JsonDocument.Parse(entry.Payload).RootElement.GetProperty("digest").GetString()),
            versions.Select(version => version.Digest)
        );
        Assert.Equal(1.0, versions[2].CoefficientSum);
        var adapters = await silo.Grains.GetGrain<IAdapterGrain>(runDigest).AllAsync();
        Assert.Equal(versions.Select(version => version.Digest), adapters.Select(adapter => adapter.Digest));
    }

    private static JournalEntry[] Entries() =>
        [
            .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "golden", "run-journal-form1.jsonl"))
                .Select(
                    (line, index) =>
                    {
                        var entry = JsonDocument.Parse(line).RootElement;
                        return new JournalEntry(
                            index + 1,
                            entry.GetProperty("kind").GetString()!,
                            Encoding.UTF8.GetBytes(entry.GetProperty("payload").GetRawText())
                        );
                    }
                ),
        ];
}
