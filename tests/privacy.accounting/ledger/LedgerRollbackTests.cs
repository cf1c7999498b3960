namespace Federated.Privacy.Accounting.Tests;

/// <summary>How an older copy of a ledger is noticed, and what it may do until it is recovered.</summary>
public sealed class LedgerRollbackTests : IDisposable
{
    private readonly LedgerHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void An_older_copy_is_noticed_at_the_start_and_nothing_is_written()
    {
        var (head, older) = _home.Fill();
        File.WriteAllBytes(_home.Ledger, older);

        using var ledger = _home.Open();
        var id = ledger.Entries[0].ReservationId;
        foreach (
            var change in new Action[]
            {
                () => ledger.RefuseIfRolledBack(),
                () => ledger.Reserve(Some.Plan("another")),
                () => ledger.Seal(id, Some.Digest("w"), 2, 20),
                () => ledger.Release(id, Some.Digest("u"), "receipt"),
                () => ledger.Expire(id, "over"),
                () => ledger.Link("patients", "trials"),
            }
        )
        {
            var error = Assert.Throws<LedgerRolledBackException>(change);
            Assert.Contains(head.Hash, error.Message, StringComparison.Ordinal);
            Assert.Contains(ledger.Head.Hash, error.Message, StringComparison.Ordinal);
            Assert.Contains("fednode ledger recover", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(older, File.ReadAllBytes(_home.Ledger));
        Assert.False(ledger.Gap!.MayBeForked);
        Assert.Equal(ledger.Gap.Lost, PrivacyLedger.Read(_home.Ledger, _home.Anchors).Gap!.Lost);
    }

    [Fact]
    public void A_copy_put_back_while_the_ledger_is_open_is_noticed_before_the_next_entry()
    {
        using var ledger = _home.Open();
        var id = ledger.Reserve(Some.Plan()).ReservationId;
        var older = File.ReadAllBytes(_home.Ledger);
        ledger.Seal(id, Some.Digest("u"), 0, 20);
        File.Delete(_home.Ledger);
        File.WriteAllBytes(_home.Ledger, older);

        Assert.Throws<LedgerUnavailableException>(() => ledger.Seal(id, Some.Digest("v"), 1, 20));
        Assert.Equal(older, File.ReadAllBytes(_home.Ledger));
    }

    [Fact]
    public void A_removed_ledger_does_not_start_anew()
    {
        var (head, _) = _home.Fill();
        File.Delete(_home.Ledger);

        using var ledger = _home.Open();
        Assert.Equal(head, ledger.Gap!.Lost);
        Assert.Throws<LedgerRolledBackException>(() => ledger.Reserve(Some.Plan()));
    }

    [Fact]
    public void A_silo_tells_when_both_copies_are_old_and_its_word_outlives_the_process()
    {
        var (head, older) = _home.Fill();
        File.WriteAllBytes(_home.Ledger, older);
        File.Delete(_home.Anchors.Local);

        using (var ledger = _home.Open())
        {
            Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(head));
            Assert.Throws<LedgerRolledBackException>(() => ledger.Reserve(Some.Plan("another")));
        }

        using var again = _home.Open();
        Assert.Equal(head, again.Gap!.Lost);
        Assert.True(again.Gap.MayBeForked);
        // A claim that fits does not cover up one that does not.
        Assert.Throws<LedgerRolledBackException>(() => again.Compare(again.Head));
        Assert.Equal(head, PrivacyLedger.Read(_home.Ledger, _home.Anchors).Gap!.Lost);
    }

    [Fact]
    public void A_fork_of_the_same_length_is_noticed_and_paid_for_once()
    {
        var (head, older) = _home.Fill();
        File.WriteAllBytes(_home.Ledger, older);
        File.Delete(_home.Anchors.Local);
        using (var ledger = _home.Open())
        {
            ledger.Seal(ledger.Entries[0].ReservationId, Some.Digest("other"), 1, 20);
            Assert.Equal(head.Sequence, ledger.Head.Sequence);
            Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(head));
            ledger.Recover(LedgerHome.NoBudgets, "two copies");
            ledger.Compare(head);
        }

        using var again = _home.Open();
        again.Compare(head);
        Assert.Null(again.Gap);
    }

    [Fact]
    public void Evidence_of_a_fork_is_kept_although_a_later_head_was_confirmed()
    {
        _home.Fill();
        using (var ledger = _home.Open())
        {
            ledger.Compare(ledger.Head);
            Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(new LedgerHead(2, Some.Digest("other"))));
        }

        using var again = _home.Open();
        Assert.Equal(2, again.Gap!.Lost.Sequence);
        Assert.True(again.Gap.MayBeForked);
        again.Recover(LedgerHome.NoBudgets, "two copies");
        again.Compare(new LedgerHead(2, Some.Digest("other")));
    }

    [Fact]
    public void A_head_of_the_past_fits()
    {
        _home.Fill();
        using var ledger = _home.Open();
        foreach (var entry in ledger.Entries)
        {
            ledger.Compare(new LedgerHead(entry.Sequence, entry.Hash));
        }

        Assert.Throws<LedgerConflictException>(() => ledger.Recover(LedgerHome.NoBudgets, "nothing lost"));
    }

    [Fact]
    public void A_claim_that_cannot_be_a_head_is_refused_and_not_kept()
    {
        using var ledger = _home.Open();
        foreach (
            var claim in new LedgerHead[]
            {
                new(-1, Some.Digest("x")),
                new(long.MaxValue, Some.Digest("x")),
                new(5, "short"),
                new(5, null!),
            }
        )
        {
            Assert.Throws<ArgumentException>(() => ledger.Compare(claim));
        }

        Assert.Throws<LedgerConflictException>(() =>
            ledger.Compare(new LedgerHead(LedgerHead.LargestGap + 1, Some.Digest("x")))
        );
        Assert.Null(ledger.Gap);
        ledger.Reserve(Some.Plan());
    }

    [Fact]
    public void A_damaged_anchor_stops_the_ledger()
    {
        _home.Fill();
        var whole = File.ReadAllBytes(_home.Ledger);
        File.WriteAllText(_home.Anchors.Local, "{\"sequence\":");
        Assert.Throws<LedgerCorruptException>(_home.Open);
        File.WriteAllText(_home.Anchors.Local, """{"sequence":-1,"hash":"x"}""");
        Assert.Throws<LedgerCorruptException>(_home.Open);
        Assert.Equal(whole, File.ReadAllBytes(_home.Ledger));
    }

    [Fact]
    public void An_anchor_that_a_crash_left_behind_is_older_and_fits()
    {
        using (var ledger = _home.Open())
        {
            ledger.Reserve(Some.Plan());
            var lagging = File.ReadAllBytes(_home.Anchors.Local);
            ledger.Seal(ledger.Entries[0].ReservationId, Some.Digest("u"), 0, 20);
            File.WriteAllBytes(_home.Anchors.Local, lagging);
        }

        using var again = _home.Open();
        Assert.Null(again.Gap);
    }
}
