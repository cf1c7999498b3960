namespace Federated.Privacy.Accounting.Tests;

/// <summary>What a recovery charges for the entries that an older copy has lost.</summary>
public sealed class LedgerRecoveryTests : IDisposable
{
    private readonly LedgerHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_lying_silo_can_stop_a_node_but_never_make_it_charge_less()
    {
        using var ledger = _home.Open();
        ledger.Reserve(Some.Plan());
        var before = ledger.Status("patients");
        Assert.Throws<LedgerRolledBackException>(() =>
            ledger.Compare(new LedgerHead(LedgerHead.LargestGap, Some.Digest("a lie")))
        );
        ledger.Recover(LedgerHome.NoBudgets, "the silo said so");

        Assert.True(ledger.Status("patients").CertifiedEpsilon >= before.CertifiedEpsilon);
        Assert.Throws<PrivacyBudgetExceededException>(() => ledger.Reserve(Some.Plan("another")));
        ledger.Reserve(Some.Plan("another") with { Budget = new PrivacyBudget(30, 1e-4) });
    }

    [Fact]
    public void Recovering_an_older_copy_charges_what_was_left_of_the_budget_and_ends_the_plans()
    {
        var (head, older) = _home.Fill();
        File.WriteAllBytes(_home.Ledger, older);
        LedgerHead recovered;
        using (var ledger = _home.Open())
        {
            var id = ledger.Entries[0].ReservationId;
            var expected = PrivacyLedger.Read(_home.Ledger, _home.Anchors).ChargesOfGap(LedgerHome.NoBudgets);
            var entry = ledger.Recover(LedgerHome.NoBudgets, "backup of Monday");
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

        using var again = _home.Open();
        again.Compare(recovered);
        Assert.Null(again.Gap);
        Assert.Equal(recovered, PrivacyLedger.Read(_home.Ledger).Head);
    }

    [Fact]
    public void A_crash_right_after_a_recovery_does_not_charge_twice()
    {
        var (_, older) = _home.Fill();
        File.WriteAllBytes(_home.Ledger, older);
        var evidence = File.ReadAllBytes(_home.Anchors.Local);
        LedgerHead recovered;
        using (var ledger = _home.Open())
        {
            ledger.Recover(LedgerHome.NoBudgets, "backup");
            recovered = ledger.Head;
        }

        File.WriteAllBytes(_home.Anchors.Local, evidence); // the entry is written, the anchor is not
        using var again = _home.Open();
        Assert.Null(again.Gap);
        Assert.Equal(recovered, again.Head);
    }

    [Fact]
    public void Recovering_a_possible_fork_charges_a_whole_budget_beside_what_is_here()
    {
        using var ledger = _home.Open();
        var here = ledger.Reserve(Some.Plan());
        Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(new LedgerHead(9, Some.Digest("elsewhere"))));
        ledger.Recover(new Dictionary<string, PrivacyBudget> { ["patients"] = new(10, 1e-6) }, "two homes");

        Assert.Equal(here.Epsilon!.Value + 10, ledger.Status("patients").CertifiedEpsilon, 1e-9);
        Assert.Equal(here.Delta + 1e-5, ledger.Status("patients").ReservedDelta, 1e-15);
    }

    [Fact]
    public void An_untouched_plan_is_not_given_back_after_a_recovery()
    {
        using var ledger = _home.Open();
        var id = ledger.Reserve(Some.Plan()).ReservationId;
        Assert.Throws<LedgerRolledBackException>(() => ledger.Compare(new LedgerHead(9, Some.Digest("lost"))));
        ledger.Recover(LedgerHome.NoBudgets, "backup");
        var charged = ledger.Status("patients").CertifiedEpsilon;

        ledger.Expire(id, "run over");

        Assert.Equal(charged, ledger.Status("patients").CertifiedEpsilon);
    }

    [Fact]
    public void A_source_of_todays_settings_is_charged_even_if_the_older_copy_does_not_know_it()
    {
        _home.Fill();
        File.Delete(_home.Ledger);
        using var ledger = _home.Open();

        var entry = ledger.Recover(
            new Dictionary<string, PrivacyBudget> { ["patients"] = new(8, 1e-5) },
            "the file was lost"
        );

        Assert.Equal(new RecoveredCharge("patients", 8, 1e-5), Assert.Single(entry.Charges));
        Assert.Throws<PrivacyBudgetExceededException>(() => ledger.Reserve(Some.Plan("another")));
    }
}
