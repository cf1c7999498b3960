namespace Federated.Privacy.Accounting.Tests;

public sealed class LedgerCrashTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_crash_at_any_byte_of_the_last_line_loses_only_that_line()
    {
        var (whole, before) = Fill();
        for (var length = before.Length; length < whole.Length; length++)
        {
            File.WriteAllBytes(Ledger, whole[..length]);
            using (var ledger = PrivacyLedger.Open(Ledger, Some.Time))
            {
                Assert.Equal(3, ledger.Head.Sequence);
                var id = ledger.Entries[0].ReservationId;
                ledger.Release(id, Some.Digest("u"), "receipt");
                Assert.Equal(4, ledger.Head.Sequence);
            }

            Assert.Equal(4, PrivacyLedger.Read(Ledger).Head.Sequence);
        }
    }

    [Fact]
    public void A_tail_of_zeros_after_a_power_cut_is_dropped()
    {
        var (_, before) = Fill();
        File.WriteAllBytes(Ledger, [.. before, .. new byte[300]]);
        using var ledger = PrivacyLedger.Open(Ledger, Some.Time);
        Assert.Equal(3, ledger.Head.Sequence);
    }

    [Fact]
    public void A_changed_byte_anywhere_is_found()
    {
        var (whole, _) = Fill();
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 1;
            File.WriteAllBytes(Ledger, changed);
            if (at == whole.Length - 1)
            {
                // The last line break alone makes a torn line.
                Assert.Equal(3, PrivacyLedger.Read(Ledger).Head.Sequence);
                continue;
            }

            Assert.Throws<LedgerCorruptException>(() => PrivacyLedger.Read(Ledger));
        }
    }

    [Fact]
    public void A_line_removed_doubled_or_swapped_is_found()
    {
        Fill();
        var lines = File.ReadAllLines(Ledger);
        foreach (
            var forged in new string[][]
            {
                [lines[0], .. lines[2..]],
                [.. lines[..2], lines[1], .. lines[2..]],
                [lines[0], lines[2], lines[1], .. lines[3..]],
                lines[1..],
            }
        )
        {
            File.WriteAllText(Ledger, string.Join('\n', forged) + "\n");
            Assert.Throws<LedgerCorruptException>(() => PrivacyLedger.Open(Ledger, Some.Time));
        }
    }

    [Fact]
    public void A_file_that_is_no_ledger_is_left_alone()
    {
        File.WriteAllText(Ledger, "name: support-assistant\n");
        Assert.Throws<LedgerCorruptException>(() => PrivacyLedger.Open(Ledger, Some.Time));
        Assert.Equal("name: support-assistant\n", File.ReadAllText(Ledger));
    }

    private string Ledger => _folder.File("ledger.jsonl");

    private (byte[] Whole, byte[] WithoutLastLine) Fill()
    {
        using (var ledger = PrivacyLedger.Open(Ledger, Some.Time))
        {
            var id = ledger.Reserve(Some.Plan()).ReservationId;
            ledger.Seal(id, Some.Digest("u"), 0, 20);
            ledger.Seal(id, Some.Digest("v"), 1, 20);
            ledger.Release(id, Some.Digest("u"), "receipt");
        }

        var whole = File.ReadAllBytes(Ledger);
        return (whole, whole[..(whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1)]);
    }
}
