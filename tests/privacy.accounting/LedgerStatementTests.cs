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
        var statement = LedgerStatement.Verify(LedgerStatement.Sign(ledger, _node));
        Assert.Equal(_node.Id, statement.NodeId);
        Assert.Equal(ledger.Head, statement.Ledger.Head);
        Assert.Equal(ledger.Status("patients"), statement.Ledger.Status("patients"));
        var plan = Assert.IsType<ReservedEntry>(statement.Ledger.Entries[0]);
        Assert.Equal(plan.Epsilon, Accountants.Best(plan.Plan.ToEvent(), plan.Delta).Epsilon);
    }

    [Fact]
    public void A_changed_byte_or_a_missing_line_is_found()
    {
        var bytes = LedgerStatement.Sign(Fill(), _node);
        for (var at = 0; at < bytes.Length - 1; at += 5)
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 1;
            Assert.Throws<LedgerCorruptException>(() => LedgerStatement.Verify(changed));
        }

        var lines = System.Text.Encoding.UTF8.GetString(bytes).Split('\n');
        var shorter = string.Join('\n', lines.Where((_, i) => i != lines.Length - 3));
        Assert.Throws<LedgerCorruptException>(() =>
            LedgerStatement.Verify(System.Text.Encoding.UTF8.GetBytes(shorter))
        );
    }

    private LedgerSnapshot Fill()
    {
        var path = _folder.File("ledger.jsonl");
        using (var ledger = PrivacyLedger.Open(path, Some.Time))
        {
            var id = ledger.Reserve(Some.Plan()).ReservationId;
            ledger.Seal(id, Some.Digest("u"), 0, 20);
        }

        return PrivacyLedger.Read(path);
    }
}
