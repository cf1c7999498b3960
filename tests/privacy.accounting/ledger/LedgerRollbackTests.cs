namespace Federated.Privacy.Accounting.Tests;

public sealed class LedgerRollbackTests : IDisposable
{
    private static readonly Dictionary<string, PrivacyBudget> NoBudgets = [];
    private readonly TemporaryFolder _folder = new();

    private string Ledger => _folder.File("ledger.jsonl");

    private AnchorFiles Anchors => new(_folder.File("anchors/ledger.json"), _folder.File("anchors/silo.json"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_older_copy_is_noticed_at_the_start_and_nothing_is_written()
    {
        var (head, older) = Fill();
        File.WriteAllBytes(Ledger, older);

        using var ledger = Open();
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

        Assert.Equal(older, File.ReadAllBytes(Ledger));
        Assert.False(ledger.Gap!.MayBeForked);
        Assert.Equal(ledger.Gap.Lost, PrivacyLedger.Read(Ledger, Anchors).Gap!.Lost);
    }

    [Fact]
    public void A_copy_put_back_while_the_ledger_is_open_is_noticed_before_the_next_entry()
    {
        using var ledger = Open();
        var id = ledger.Reserve(Some.Plan()).ReservationId;
        var older = File.ReadAllBytes(Ledger);
        ledger.Seal(id, Some.Digest("u"), 0, 20);
        File.Delete(Ledger);
        File.WriteAllBytes(Ledger, older);

        Assert.Throws<LedgerUnavailableException>(() => ledger.Seal(id, Some.Digest("v"), 1, 20));
        Assert.Equal(older, File.ReadAllBytes(Ledger));
    }

    [Fact]
    public void A_removed_ledger_does_not_start_anew()
    {
        var (head, _) = Fill();
        File.Delete(Ledger);

        using var ledger = Open();
        Assert.Equal(head, ledger.Gap!.Lost);
        Assert.Throws<LedgerRolledBackException>(() => ledger.Reserve(Some.Plan()));
    }

    [Fact]
    public void A_silo_tells_when_both_copies_are_old_and_its_word_outlives_the_process()
    {
        var (head, older) = Fill();
        File.WriteAllBytes(Ledger, older);
        File.Delete(Anchors.Local);

        using (var ledger = Open())
        {
            Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(head));
            Assert.Throws<LedgerRolledBackException>(() => ledger.Reserve(Some.Plan("another")));
        }

        using var again = Open();
        Assert.Equal(head, again.Gap!.Lost);
        Assert.True(again.Gap.MayBeForked);
        // A claim that fits does not cover up one that does not.
        Assert.Throws<LedgerRolledBackException>(() => again.Compare(again.Head));
        Assert.Equal(head, PrivacyLedger.Read(Ledger, Anchors).Gap!.Lost);
    }

    [Fact]
    public void A_fork_of_the_same_length_is_noticed_and_paid_for_once()
    {
        var (head, older) = Fill();
        File.WriteAllBytes(Ledger, older);
        File.Delete(Anchors.Local);
        using (var ledger = Open())
        {
            ledger.Seal(ledger.Entries[0].ReservationId, Some.Digest("other"), 1, 20);
            Assert.Equal(head.Sequence, ledger.Head.Sequence);
            Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(head));
            ledger.Recover(NoBudgets, "two copies");
            ledger.Compare(head);
        }

        using var again = Open();
        again.Compare(head);
        Assert.Null(again.Gap);
    }

    [Fact]
    public void Evidence_of_a_fork_is_kept_although_a_later_head_was_confirmed()
    {
        Fill();
        using (var ledger = Open())
        {
            ledger.Compare(ledger.Head);
            Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(new LedgerHead(2, Some.Digest("other"))));
        }

        using var again = Open();
        Assert.Equal(2, again.Gap!.Lost.Sequence);
        Assert.True(again.Gap.MayBeForked);
        again.Recover(NoBudgets, "two copies");
        again.Compare(new LedgerHead(2, Some.Digest("other")));
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

        Assert.Throws<LedgerConflictException>(() => ledger.Recover(NoBudgets, "nothing lost"));
    }

    [Fact]
    public void A_claim_that_cannot_be_a_head_is_refused_and_not_kept()
    {
        using var ledger = Open();
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
    public void A_lying_silo_can_stop_a_node_but_never_make_it_charge_less()
    {
        using var ledger = Open();
        ledger.Reserve(Some.Plan());
        var before = ledger.Status("patients");
        Assert.Throws<LedgerRolledBackException>(() =>
            ledger.Compare(new LedgerHead(LedgerHead.LargestGap, Some.Digest("a lie")))
        );
        ledger.Recover(NoBudgets, "the silo said so");

        Assert.True(ledger.Status("patients").CertifiedEpsilon >= before.CertifiedEpsilon);
        Assert.Throws<PrivacyBudgetExceededException>(() => ledger.Reserve(Some.Plan("another")));
        ledger.Reserve(Some.Plan("another") with { Budget = new PrivacyBudget(30, 1e-4) });
    }

    [Fact]
    public void Recovering_an_older_copy_charges_what_was_left_of_the_budget_and_ends_the_plans()
    {
        var (head, older) = Fill();
        File.WriteAllBytes(Ledger, older);
        LedgerHead recovered;
        using (var ledger = Open())
        {
            var id = ledger.Entries[0].ReservationId;
            var expected = PrivacyLedger.Read(Ledger, Anchors).ChargesOfGap(NoBudgets);
            var entry = ledger.Recover(NoBudgets, "backup of Monday");
            Assert.Equal(expected, entry.Charges);
            Assert.Equal(head.Sequence + 1, entry.Sequence);
            Assert.Equal(8, ledger.Status("patients").CertifiedEpsilon, 1e-9);
            Assert.Equal(1e-5, ledger.Status("patients").ReservedDelta, 1e-15);
            ledger.Compare(head);
            // The lost entries may have used up its steps.
            Assert.NotNull(ledger.WhyOver(id));
            Assert.Throws<LedgerConflictException>(() => ledger.Seal(id, Some.Digest("w"), 2, 20));
            Assert.Throws<LedgerConflictException>(() => ledger.Reserve(Some.Plan()));
            ledger.Reserve(Some.Plan("next") with { Budget = new PrivacyBudget(16, 1e-4) });
            recovered = ledger.Head;
        }

        using var again = Open();
        again.Compare(recovered);
        Assert.Null(again.Gap);
        Assert.Equal(recovered, PrivacyLedger.Read(Ledger).Head);
    }

    [Fact]
    public void A_crash_right_after_a_recovery_does_not_charge_twice()
    {
        var (_, older) = Fill();
        File.WriteAllBytes(Ledger, older);
        var evidence = File.ReadAllBytes(Anchors.Local);
        LedgerHead recovered;
        using (var ledger = Open())
        {
            ledger.Recover(NoBudgets, "backup");
            recovered = ledger.Head;
        }

        File.WriteAllBytes(Anchors.Local, evidence); // the entry is written, the anchor is not
        using var again = Open();
        Assert.Null(again.Gap);
        Assert.Equal(recovered, again.Head);
    }

    [Fact]
    public void Recovering_a_possible_fork_charges_a_whole_budget_beside_what_is_here()
    {
        using var ledger = Open();
        var here = ledger.Reserve(Some.Plan());
        Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(new LedgerHead(9, Some.Digest("elsewhere"))));
        ledger.Recover(new Dictionary<string, PrivacyBudget> { ["patients"] = new(10, 1e-6) }, "two homes");

        Assert.Equal(here.Epsilon!.Value + 10, ledger.Status("patients").CertifiedEpsilon, 1e-9);
        Assert.Equal(here.Delta + 1e-5, ledger.Status("patients").ReservedDelta, 1e-15);
    }

    [Fact]
    public void An_untouched_plan_is_not_given_back_after_a_recovery()
    {
        using var ledger = Open();
        var id = ledger.Reserve(Some.Plan()).ReservationId;
        Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(new LedgerHead(9, Some.Digest("lost"))));
        ledger.Recover(NoBudgets, "backup");
        var charged = ledger.Status("patients").CertifiedEpsilon;

        ledger.Expire(id, "run over");

        Assert.Equal(charged, ledger.Status("patients").CertifiedEpsilon);
    }

    [Fact]
    public void A_source_of_todays_settings_is_charged_even_if_the_older_copy_does_not_know_it()
    {
        Fill();
        File.Delete(Ledger);
        using var ledger = Open();

        var entry = ledger.Recover(
            new Dictionary<string, PrivacyBudget> { ["patients"] = new(8, 1e-5) },
            "the file was lost"
        );

        Assert.Equal(new RecoveredCharge("patients", 8, 1e-5), Assert.Single(entry.Charges));
        Assert.Throws<PrivacyBudgetExceededException>(() => ledger.Reserve(Some.Plan("another")));
    }

    [Fact]
    public void A_damaged_anchor_stops_the_ledger()
    {
        Fill();
        var whole = File.ReadAllBytes(Ledger);
        File.WriteAllText(Anchors.Local, "{\"sequence\":");
        Assert.Throws<LedgerCorruptException>(Open);
        File.WriteAllText(Anchors.Local, """{"sequence":-1,"hash":"x"}""");
        Assert.Throws<LedgerCorruptException>(Open);
        Assert.Equal(whole, File.ReadAllBytes(Ledger));
    }

    [Fact]
    public void An_anchor_that_a_crash_left_behind_is_older_and_fits()
    {
        using (var ledger = Open())
        {
            ledger.Reserve(Some.Plan());
            var lagging = File.ReadAllBytes(Anchors.Local);
            ledger.Seal(ledger.Entries[0].ReservationId, Some.Digest("u"), 0, 20);
            File.WriteAllBytes(Anchors.Local, lagging);
        }

        using var again = Open();
        Assert.Null(again.Gap);
    }

    private PrivacyLedger Open() => PrivacyLedger.Open(Ledger, Some.Time, Anchors);

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
