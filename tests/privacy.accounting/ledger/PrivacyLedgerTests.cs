namespace Federated.Privacy.Accounting.Tests;

public sealed class PrivacyLedgerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_plan_is_charged_whole_and_shown_beside_the_steps_done()
    {
        using var ledger = Open();
        var reserved = ledger.Reserve(Some.Plan());
        ledger.Seal(reserved.ReservationId, Some.Digest("u1"), baseVersion: 0, stepsDone: 20);

        var status = ledger.Status("patients");
        Assert.Equal(reserved.Epsilon, status.CertifiedEpsilon);
        Assert.Equal(5e-6, status.ReservedDelta);
        Assert.InRange(status.EpsilonOfStepsDone, 0.01, status.CertifiedEpsilon * 0.6);
        Assert.Equal((400, 20), (status.StepsReserved, status.StepsDone));
        Assert.True(status.IsPrivate);
    }

    [Fact]
    public void The_same_run_again_returns_the_reservation_even_after_a_restart()
    {
        ReservedEntry first;
        using (var ledger = Open())
        {
            first = ledger.Reserve(Some.Plan());
            Assert.Equal(first, ledger.Reserve(Some.Plan()));
        }

        using var again = Open();
        Assert.Equal(first, again.Reserve(Some.Plan()));
        Assert.Equal(1, again.Head.Sequence);
    }

    [Fact]
    public void The_same_run_with_other_numbers_is_refused()
    {
        using var ledger = Open();
        ledger.Reserve(Some.Plan());
        Assert.Throws<LedgerConflictException>(() => ledger.Reserve(Some.Plan() with { Steps = 401 }));
    }

    [Fact]
    public void A_plan_over_the_budget_is_refused_and_nothing_is_written()
    {
        using var ledger = Open();
        var first = ledger.Reserve(Some.Plan() with { Budget = new PrivacyBudget(4, 1e-5) });
        var error = Assert.Throws<PrivacyBudgetExceededException>(() =>
            ledger.Reserve(Some.Plan("second") with { Budget = new PrivacyBudget(4, 1e-5) })
        );

        Assert.Equal(("patients", "epsilon", 4.0), (error.SourceName, error.Quantity, error.Budget));
        Assert.Equal(first.Epsilon, error.Spent);
        Assert.Contains("node.yaml", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, ledger.Head.Sequence);
        Assert.Equal(2, File.ReadAllLines(_folder.File("ledger.jsonl")).Length);
    }

    [Fact]
    public void Another_source_has_its_own_budget()
    {
        using var ledger = Open();
        ledger.Reserve(Some.Plan() with { Budget = new PrivacyBudget(4, 1e-5) });
        ledger.Reserve(Some.Plan(source: "trials") with { Budget = new PrivacyBudget(4, 1e-5) });
        Assert.Equal(2, ledger.Head.Sequence);
    }

    [Fact]
    public void Explicit_deltas_add_up_to_the_budget_and_no_further()
    {
        using var ledger = Open();
        ledger.Reserve(Some.Plan() with { Delta = 6e-6 });
        var error = Assert.Throws<PrivacyBudgetExceededException>(() =>
            ledger.Reserve(Some.Plan("b") with { Delta = 6e-6 })
        );
        Assert.Equal("delta", error.Quantity);
        ledger.Reserve(Some.Plan("b") with { Delta = 4e-6 });
    }

    [Fact]
    public void A_base_is_sealed_once_and_only_with_one_digest()
    {
        using var ledger = Open();
        var id = ledger.Reserve(Some.Plan()).ReservationId;
        var first = ledger.Seal(id, Some.Digest("u"), 0, 20);
        Assert.Equal(first, ledger.Seal(id, Some.Digest("u"), 0, 20));
        Assert.Throws<LedgerConflictException>(() => ledger.Seal(id, Some.Digest("other"), 0, 20));
    }

    [Fact]
    public void Steps_beyond_the_plan_are_refused()
    {
        using var ledger = Open();
        var id = ledger.Reserve(Some.Plan()).ReservationId;
        ledger.Seal(id, Some.Digest("a"), 0, 399);
        Assert.Throws<PrivacyBudgetExceededException>(() => ledger.Seal(id, Some.Digest("b"), 1, 2));
        ledger.Seal(id, Some.Digest("b"), 1, 1);
    }

    [Fact]
    public void Only_what_was_sealed_is_released()
    {
        using var ledger = Open();
        var id = ledger.Reserve(Some.Plan()).ReservationId;
        Assert.Throws<LedgerConflictException>(() => ledger.Release(id, Some.Digest("u"), "receipt"));
        ledger.Seal(id, Some.Digest("u"), 0, 20);
        Assert.Equal(ledger.Release(id, Some.Digest("u"), "receipt"), ledger.Release(id, Some.Digest("u"), "receipt"));
        Assert.Throws<LedgerConflictException>(() => ledger.Seal("unknown", Some.Digest("u"), 0, 20));
    }

    [Fact]
    public void An_expired_plan_is_returned_only_if_nothing_was_sealed()
    {
        using var ledger = Open();
        var untouched = ledger.Reserve(Some.Plan("a") with { Delta = 1e-6 }).ReservationId;
        var used = ledger.Reserve(Some.Plan("b") with { Delta = 1e-6 });
        ledger.Seal(used.ReservationId, Some.Digest("u"), 0, 20);

        ledger.Expire(untouched, "declined");
        ledger.Expire(used.ReservationId, "run cancelled");

        Assert.Equal(used.Epsilon, ledger.Status("patients").CertifiedEpsilon);
        Assert.Throws<LedgerConflictException>(() => ledger.Seal(used.ReservationId, Some.Digest("v"), 1, 20));
        Assert.Throws<LedgerConflictException>(() => ledger.Reserve(Some.Plan("a") with { Delta = 1e-6 }));
    }

    [Fact]
    public void A_sealed_update_without_a_guarantee_marks_the_source_for_good()
    {
        using var ledger = Open();
        var entry = ledger.Reserve(Some.Plan() with { IsPrivate = false });
        Assert.Null(entry.Epsilon);
        Assert.True(ledger.Status("patients").IsPrivate);
        ledger.Seal(entry.ReservationId, Some.Digest("u"), 0, 20);
        Assert.False(ledger.Status("patients").IsPrivate);
    }

    [Fact]
    public void A_second_opening_is_refused_until_the_first_is_closed()
    {
        using (Open())
        {
            Assert.Throws<LedgerLockedException>(() => Open());
            Assert.Empty(PrivacyLedger.Read(_folder.File("ledger.jsonl")).Entries);
        }

        Open().Dispose();
    }

    [Fact]
    public void An_owner_whose_lock_was_stolen_writes_no_more()
    {
        using var ledger = Open();
        File.Delete(_folder.File("ledger.jsonl.lock"));
        using var thief = Open();
        Assert.Throws<LedgerLockedException>(() => ledger.Reserve(Some.Plan()));
        thief.Reserve(Some.Plan());
    }

    [Fact]
    public void A_lost_fence_is_made_again_above_the_ledgers_own()
    {
        long fence;
        using (var ledger = Open())
        {
            fence = ledger.Reserve(Some.Plan()).Fence;
        }

        File.Delete(_folder.File("ledger.jsonl.fence"));
        using var again = Open();
        Assert.Equal(fence + 1, again.Reserve(Some.Plan("second")).Fence);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_a_clear_error()
    {
        File.WriteAllText(_folder.File("plain"), "");
        var error = Assert.Throws<LedgerUnavailableException>(() =>
            PrivacyLedger.Open(Path.Combine(_folder.Path, "plain", "ledger.jsonl"), Some.Time)
        );
        Assert.Contains("writable folder", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("samplingRate")]
    [InlineData("steps")]
    [InlineData("noiseMultiplier")]
    [InlineData("maxGradNorm")]
    [InlineData("runDigest")]
    [InlineData("delta")]
    public void A_plan_outside_the_ranges_is_refused_whole(string field)
    {
        using var ledger = Open();
        var plan = field switch
        {
            "samplingRate" => Some.Plan() with { SamplingRate = 1.5 },
            "steps" => Some.Plan() with { Steps = 0 },
            "noiseMultiplier" => Some.Plan() with { NoiseMultiplier = double.NaN },
            "maxGradNorm" => Some.Plan() with { MaxGradNorm = 0 },
            "runDigest" => Some.Plan() with { RunDigest = "ABC" },
            _ => Some.Plan() with { Delta = 1 },
        };
        Assert.ThrowsAny<ArgumentException>(() => ledger.Reserve(plan));
        Assert.Equal(0, ledger.Head.Sequence);
    }

    private PrivacyLedger Open() => PrivacyLedger.Open(_folder.File("ledger.jsonl"), Some.Time);
}
