using System.Text;
using System.Text.Json;

namespace Federated.Privacy.Accounting.Tests;

public sealed class LedgerStatementTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly NodeIdentity _node = NodeIdentity.Create();

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_statement_carries_every_plan_and_who_signed_it()
    {
        var ledger = Fill();
        var statement = LedgerStatement.Verify(Sign(ledger));
        Assert.Equal(_node.Id, statement.NodeId);
        Assert.Equal(ledger.Head, statement.Ledger.Head);
        Assert.Equal(ledger.Plans, statement.Ledger.Plans);
        Assert.All(statement.Ledger.Recompute(), plan => Assert.Equal("holds", plan.Verdict));
    }

    [Fact]
    public void Another_accountant_needs_nothing_but_the_JSON()
    {
        using var json = JsonDocument.Parse(Sign(Fill()));
        var plan = json.RootElement.GetProperty("statement").GetProperty("plans")[0];
        var recomputed = Accountants.Best(
            new RepeatedEvent(
                new PoissonSampledGaussianEvent(
                    plan.GetProperty("samplingRate").GetDouble(),
                    plan.GetProperty("noiseMultiplier").GetDouble()
                ),
                plan.GetProperty("steps").GetInt64()
            ),
            plan.GetProperty("delta").GetDouble()
        );
        Assert.Equal(recomputed.Epsilon, plan.GetProperty("epsilon").GetDouble());
        Assert.Equal(
            ("rounded-gaussian", "poisson", "record", "add-or-remove-one", 20),
            (
                plan.GetProperty("mechanism").GetString(),
                plan.GetProperty("samplingScheme").GetString(),
                plan.GetProperty("unit").GetString(),
                plan.GetProperty("adjacency").GetString(),
                plan.GetProperty("stepsDone").GetInt32()
            )
        );
        Assert.Equal(1.0, plan.GetProperty("maxGradNorm").GetDouble());
        Assert.NotEmpty(plan.GetProperty("accountantVersion").GetString()!);
    }

    [Fact]
    public void A_changed_byte_or_a_missing_line_is_found()
    {
        var bytes = Sign(Fill());
        var text = Encoding.UTF8.GetString(bytes);
        // White space between the three members is not signed, and changes nothing.
        var signedFrom = text.IndexOf("\"statement\": {", StringComparison.Ordinal) + 13;
        var signedTo = text.IndexOf("\"publicKey\"", StringComparison.Ordinal) - 2;
        for (var at = signedFrom; at < signedTo; at += 5)
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 1;
            Assert.Throws<LedgerCorruptException>(() => LedgerStatement.Verify(changed));
        }

        foreach (var key in new[] { "\"publicKey\": \"", "\"signature\": \"" })
        {
            var changed = (byte[])bytes.Clone();
            changed[text.IndexOf(key, StringComparison.Ordinal) + key.Length + 5] ^= 1;
            Assert.Throws<LedgerCorruptException>(() => LedgerStatement.Verify(changed));
        }

        Assert.Throws<LedgerCorruptException>(() => LedgerStatement.Verify(bytes.AsMemory(..(bytes.Length / 2))));
        Assert.Throws<LedgerCorruptException>(() => LedgerStatement.Verify("{}"u8.ToArray()));
        Assert.Throws<LedgerCorruptException>(() => LedgerStatement.Verify("[1, 2]"u8.ToArray()));
    }

    [Fact]
    public void Plans_that_are_not_those_of_the_ledger_are_found_although_they_are_signed()
    {
        var honest = Encoding.UTF8.GetString(Sign(Fill()));
        using var json = JsonDocument.Parse(honest);
        var body = json.RootElement.GetProperty("statement").GetRawText();
        var lie = body.Replace("\"steps\": 400", "\"steps\": 40", StringComparison.Ordinal);
        Assert.NotEqual(body, lie);
        var signature = _node.Sign(Encoding.UTF8.GetBytes($"federated-ledger-statement/1\n{_node.Id.Value}\n{lie}"));
        var forged = honest
            .Replace(body, lie, StringComparison.Ordinal)
            .Replace(
                json.RootElement.GetProperty("signature").GetString()!,
                Convert.ToBase64String(signature),
                StringComparison.Ordinal
            );

        var error = Assert.Throws<LedgerCorruptException>(() => LedgerStatement.Verify(Encoding.UTF8.GetBytes(forged)));
        Assert.Contains("not those of its ledger lines", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_of_a_smaller_epsilon_is_found_although_it_is_signed()
    {
        var path = Fill(out _);
        // The owner edits a plan and makes a new chain: hashes and signature fit, the number does not.
        var lines = File.ReadAllLines(path);
        var entry = (ReservedEntry)LedgerFormat.Decode(Encoding.UTF8.GetBytes(lines[1]))!;
        var (forged, _) = LedgerFormat.Encode(entry with { Epsilon = entry.Epsilon / 2 });
        File.WriteAllText(path, $"{lines[0]}\n{Encoding.UTF8.GetString(forged)}\n");

        var statement = LedgerStatement.Verify(Sign(PrivacyLedger.Read(path)));

        Assert.Equal("false", Assert.Single(statement.Ledger.Recompute()).Verdict);
    }

    private byte[] Sign(LedgerSnapshot ledger) => LedgerStatement.Sign(ledger, _node, Some.Time.GetUtcNow());

    private LedgerSnapshot Fill()
    {
        Fill(out var ledger);
        return ledger;
    }

    private string Fill(out LedgerSnapshot snapshot)
    {
        var path = _folder.File("ledger.jsonl");
        using (var ledger = PrivacyLedger.Open(path, Some.Time))
        {
            var id = ledger.Reserve(Some.Plan()).ReservationId;
            ledger.Seal(id, Some.Digest("u"), 0, 20);
        }

        snapshot = PrivacyLedger.Read(path);
        return path;
    }
}
