using System.Text;
using System.Text.Json.Nodes;

namespace Federated.Privacy.Accounting.Tests;

/// <summary>Ledgers of strangers: hashes that fit, and content that no ledger can have.</summary>
public sealed class HostileLedgerTests : IDisposable
{
    private static readonly JsonNode?[] Values =
    [
        null,
        -1,
        0,
        5,
        long.MaxValue,
        1e308,
        -0.5,
        "",
        "text",
        new JsonArray(),
        new JsonArray(null, null),
        new JsonObject(),
    ];

    private readonly TemporaryFolder _folder = new();

    private string Ledger => _folder.File("ledger.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whatever_a_line_says_it_is_read_or_refused()
    {
        var lines = Fill();
        var (read, refused) = (0, 0);
        for (var line = 1; line < lines.Length; line++)
        {
            foreach (var field in Fields(JsonNode.Parse(lines[line])!.AsObject()))
            {
                foreach (var value in Values)
                {
                    if (IsRead([.. lines[..line], Changed(lines[line], field, value)]))
                    {
                        read++;
                    }
                    else
                    {
                        refused++;
                    }
                }
            }
        }

        Assert.True(refused > 4 * read, $"{read} read, {refused} refused");
    }

    [Fact]
    public void A_plan_outside_the_ranges_is_refused()
    {
        var lines = Fill();
        foreach (
            var (field, value) in new (string[], JsonNode)[]
            {
                (["plan", "samplingRate"], 1.5),
                (["plan", "noiseMultiplier"], 0),
                (["plan", "steps"], -3),
                (["plan", "composition"], "none"),
                (["delta"], 2),
                (["epsilon"], -1),
            }
        )
        {
            Assert.False(IsRead([lines[0], Changed(lines[1], field, value)]));
        }

        Assert.True(IsRead([lines[0], Changed(lines[1], ["plan", "steps"], 401)]));
    }

    private bool IsRead(IEnumerable<string> lines)
    {
        File.WriteAllText(Ledger, string.Join('\n', lines) + "\n");
        try
        {
            var ledger = PrivacyLedger.Read(Ledger);
            _ = ledger.Sources.Select(ledger.Status).ToList();
            _ = ledger.Recompute();
            return true;
        }
        catch (LedgerCorruptException)
        {
            return false;
        }
    }

    private static IEnumerable<string[]> Fields(JsonObject entry) =>
        entry
            .Where(field => field.Key != "hash")
            .SelectMany(field =>
                field.Value is JsonObject inner
                    ? Fields(inner).Select(below => (string[])[field.Key, .. below]).Prepend([field.Key])
                    :
                    [
                        [field.Key],
                    ]
            );

    private static string Changed(string line, string[] field, JsonNode? value)
    {
        var entry = JsonNode.Parse(line)!.AsObject();
        entry.Remove("hash");
        var owner = field[..^1].Aggregate(entry, (at, name) => at[name]!.AsObject());
        owner[field[^1]] = value?.DeepClone();
        var body = entry.ToJsonString();
        var hash = LedgerDigest.Of(Encoding.UTF8.GetBytes(body));
        return $"{body[..^1]},\"hash\":\"{hash}\"}}";
    }

    // One line of each kind.
    private string[] Fill()
    {
        using (var ledger = PrivacyLedger.Open(Ledger, Some.Time))
        {
            var id = ledger.Reserve(LedgerVictim.Plan("run")).ReservationId;
            ledger.Seal(id, Some.Digest("u"), 0, 1);
            ledger.Release(id, Some.Digest("u"), "receipt");
            ledger.Expire(id, "over");
            ledger.Link("patients", "trials");
            Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(new LedgerHead(9, Some.Digest("lost"))));
            ledger.Recover(new Dictionary<string, PrivacyBudget>(), "lost");
        }

        return File.ReadAllLines(Ledger);
    }
}
