namespace Federated.Privacy.Accounting.Tests;

public sealed class LedgerRollbackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Ledger => _folder.File("ledger.jsonl");

    private string Anchor => _folder.File("anchor.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_older_copy_is_noticed_at_the_start_and_nothing_is_spent()
    {
        var (_, older) = Fill();
        File.WriteAllBytes(Ledger, older);

        using var ledger = Open();
        Assert.Throws<LedgerRolledBackException>(() => ledger.Reserve(Some.Plan("another")));
        var id = ledger.Entries[0].ReservationId;
        Assert.Throws<LedgerRolledBackException>(() => ledger.Seal(id, Some.Digest("w"), 2, 20));
        Assert.Equal(older, File.ReadAllBytes(Ledger));
    }

    [Fact]
    public void The_silos_countersigned_head_tells_when_both_copies_are_old()
    {
        var (head, older) = Fill();
        File.WriteAllBytes(Ledger, older);
        File.Delete(Anchor);

        using var ledger = Open();
        Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(head));
        Assert.Throws<LedgerRolledBackException>(() => ledger.Reserve(Some.Plan("another")));
    }

    [Fact]
    public void A_fork_of_the_same_length_is_noticed()
    {
        var (head, older) = Fill();
        File.WriteAllBytes(Ledger, older);
        File.Delete(Anchor);
        using var ledger = Open();
        ledger.Seal(ledger.Entries[0].ReservationId, Some.Digest("other"), 1, 20);
        Assert.Equal(head.Sequence, ledger.Head.Sequence);
        Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(head));
    }

    [Fact]
    public void A_head_of_the_past_fits()
    {
        Fill();
        using var ledger = Open();
        foreach (var entry in ledger.Entries)
        {
            ledger.Compare(new LedgerHead(entry.Sequence, entry.Hash));
        }

        Assert.Throws<LedgerConflictException>(() => ledger.Recover([], "nothing lost"));
    }

    [Fact]
    public void Recovery_charges_the_gap_and_goes_on_after_it()
    {
        var (head, older) = Fill();
        File.WriteAllBytes(Ledger, older);
        LedgerHead recovered;
        using (var ledger = Open())
        {
            var before = ledger.Status("patients");
            Assert.Throws<ArgumentException>(() => ledger.Recover([new("patients", -1, 0)], "typo"));
            var entry = ledger.Recover([new RecoveredCharge("patients", 1.5, 1e-6)], "backup of Monday");
            Assert.Equal(head.Sequence + 1, entry.Sequence);
            Assert.Equal(before.ReservedEpsilon + 1.5, ledger.Status("patients").ReservedEpsilon, 1e-12);
            Assert.Equal(before.ReservedDelta + 1e-6, ledger.Status("patients").ReservedDelta, 1e-15);
            ledger.Compare(head);
            ledger.Seal(ledger.Entries[0].ReservationId, Some.Digest("w"), 2, 20);
            recovered = ledger.Head;
        }

        using var again = Open();
        again.Compare(recovered);
        Assert.Equal(recovered, PrivacyLedger.Read(Ledger).Head);
    }

    private PrivacyLedger Open() => PrivacyLedger.Open(Ledger, Some.Time, Anchor);

    // Three entries; the ledger as it was after two.
    private (LedgerHead Head, byte[] Older) Fill()
    {
        using var ledger = Open();
        var id = ledger.Reserve(Some.Plan()).ReservationId;
        ledger.Seal(id, Some.Digest("u"), 0, 20);
        var older = File.ReadAllBytes(Ledger);
        ledger.Seal(id, Some.Digest("v"), 1, 20);
        return (ledger.Head, older);
    }
}
