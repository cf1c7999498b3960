using FsCheck.Xunit;

namespace Federated.Privacy.Accounting.Tests;

public sealed class SourceAccountTests : IDisposable
{
    private static readonly PrivacyBudget Budget = new(8, 1e-6);
    private readonly TemporaryFolder _folder = new();

    private string Ledger => _folder.File("ledger.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Many_small_plans_fit_under_the_filter_and_not_under_addition()
    {
        var (basic, renyi) = (Admitted(PlanComposition.Basic), Admitted(PlanComposition.Renyi));
        Assert.InRange(basic, 2, 10);
        // Order 4 at a twentieth of δ allows 681 steps.
        Assert.Equal(17, renyi);

        int Admitted(PlanComposition composition)
        {
            File.Delete(Ledger);
            using var ledger = PrivacyLedger.Open(Ledger, Some.Time);
            for (var run = 0; ; run++)
            {
                try
                {
                    ledger.Reserve(Plan($"run {run}", composition, steps: 40));
                }
                catch (PrivacyBudgetExceededException)
                {
                    Assert.True(ledger.Status("patients").CertifiedEpsilon <= Budget.Epsilon);
                    return run;
                }
            }
        }
    }

    [Fact]
    public void One_large_plan_costs_under_the_filter_little_more_than_under_addition()
    {
        using var ledger = PrivacyLedger.Open(Ledger, Some.Time);
        var entry = ledger.Reserve(Plan("run", PlanComposition.Renyi, steps: 1000));
        Assert.Equal(Budget.Delta / 4, entry.Delta);
        Assert.Equal(entry.Epsilon!.Value, ledger.Status("patients").CertifiedEpsilon);
    }

    [Fact]
    public void There_is_a_share_of_delta_for_a_thousandth_plan()
    {
        var account = new SourceAccount { Source = "patients" };
        var plan = Plan("run", PlanComposition.Renyi, steps: 1) with { SamplingRate = 1, NoiseMultiplier = 5000 };
        for (var run = 0; run < 1000; run++)
        {
            account = Admit(account, plan);
        }

        Assert.Equal(1000, account.Plans);
        Assert.True(account.PlanDelta < Budget.Delta / 2);
        Assert.True(account.Price(plan).Delta > Budget.Delta * 1e-7);
    }

    [Theory]
    [InlineData(PlanComposition.Basic)]
    [InlineData(PlanComposition.Renyi)]
    public void What_is_certified_is_never_below_what_any_accountant_could_certify(PlanComposition composition)
    {
        var account = new SourceAccount { Source = "patients" };
        var events = new List<PrivacyEvent>();
        foreach (
            var (rate, noise, steps) in new[] { (0.02, 0.8, 60), (0.01, 1.2, 400), (1.0, 8.0, 5), (0.05, 2.0, 100) }
        )
        {
            var plan = Plan("run", composition, steps) with { SamplingRate = rate, NoiseMultiplier = noise };
            account = Admit(account, plan);
            events.Add(plan.ToEvent());
        }

        Assert.Equal(4, account.Plans);
        var together = Accountants.Best(new ComposedEvent([.. events]), Budget.Delta);
        Assert.True(together.EpsilonLower > 1);
        Assert.InRange(account.CertifiedEpsilon(Budget.Delta), together.EpsilonLower, Budget.Epsilon);
    }

    [Fact]
    public void The_first_plan_fixes_how_plans_add_up()
    {
        using (var ledger = PrivacyLedger.Open(Ledger, Some.Time))
        {
            ledger.Reserve(Plan("first", PlanComposition.Renyi, steps: 10));
            var error = Assert.Throws<LedgerConflictException>(() =>
                ledger.Reserve(Plan("second", PlanComposition.Basic, steps: 10))
            );
            Assert.Contains("source.composition: renyi", error.Message, StringComparison.Ordinal);
            Assert.Equal(1, ledger.Head.Sequence);
        }

        using var again = PrivacyLedger.Open(Ledger, Some.Time);
        Assert.Equal(PlanComposition.Renyi, again.Status("patients").Composition);
        Assert.Throws<LedgerConflictException>(() => again.Reserve(Plan("second", PlanComposition.Basic, steps: 10)));
    }

    [Fact]
    public void Linked_sources_are_one_account_under_both_budgets()
    {
        using var ledger = PrivacyLedger.Open(Ledger, Some.Time);
        var first = ledger.Reserve(Some.Plan("a") with { Budget = new PrivacyBudget(4, 1e-5), Delta = 1e-6 });
        ledger.Link("trials", "patients");
        ledger.Link("trials", "patients");
        Assert.Equal(2, ledger.Head.Sequence);

        // Its own budget would allow it; that of patients does not.
        var wide = Some.Plan("b", "trials") with
        {
            Budget = new PrivacyBudget(100, 1e-5),
            Delta = 1e-6,
        };
        var error = Assert.Throws<PrivacyBudgetExceededException>(() => ledger.Reserve(wide));
        Assert.Equal("patients", error.SourceName);
        var second = ledger.Reserve(wide with { NoiseMultiplier = 3 });

        foreach (var source in new[] { "patients", "trials" })
        {
            Assert.Equal(first.Epsilon!.Value + second.Epsilon!.Value, ledger.Status(source).CertifiedEpsilon, 1e-12);
        }

        Assert.Equal(["trials"], ledger.Status("patients").SharedWith);
        Assert.Throws<PrivacyBudgetExceededException>(() =>
            ledger.Reserve(Some.Plan("c") with { Budget = new PrivacyBudget(4, 1e-5), Delta = 1e-6 })
        );
    }

    [Fact]
    public void Sources_that_add_up_in_different_ways_or_protect_different_units_are_not_linked()
    {
        using var ledger = PrivacyLedger.Open(Ledger, Some.Time);
        ledger.Reserve(Plan("a", PlanComposition.Renyi, steps: 10));
        ledger.Reserve(Some.Plan("b", "trials"));
        ledger.Reserve(Some.Plan("c", "people") with { Unit = "subject" });
        Assert.Throws<LedgerConflictException>(() => ledger.Link("patients", "trials"));
        Assert.Throws<LedgerConflictException>(() => ledger.Link("trials", "people"));
        Assert.Equal(3, ledger.Head.Sequence);
    }

    [Property(MaxTest = 25)]
    public void Whatever_is_asked_for_the_certified_epsilon_stays_in_the_budget_and_never_falls(
        byte[] asked,
        bool renyi
    )
    {
        var account = new SourceAccount { Source = "patients" };
        var before = 0.0;
        foreach (var choice in asked)
        {
            account = Admit(account, Choice(choice, renyi));
            var now = account.CertifiedEpsilon(Budget.Delta);
            Assert.True(now <= Budget.Epsilon);
            Assert.True(now >= before, $"{now} after {before}");
            Assert.True(account.PlanDelta <= Budget.Delta);
            before = now;
        }
    }

    [Property(MaxTest = 25)]
    public void The_order_of_the_plans_does_not_matter(byte[] asked, bool renyi)
    {
        // Each at a share of δ of its own, which does not depend on its turn; q = 1 has a closed form, which keeps the property quick.
        var requests = asked.Select(choice => Choice(choice, renyi) with { Delta = 1e-9, SamplingRate = 1 }).ToList();
        var (forward, backward) = (Sum(requests), Sum(requests.AsEnumerable().Reverse()));
        Assert.Equal(forward.PlanEpsilon, backward.PlanEpsilon, 1e-9);
        if (requests.Count > 0)
        {
            Assert.Equal(forward.CertifiedEpsilon(1e-6), backward.CertifiedEpsilon(1e-6), 1e-9);
        }

        static SourceAccount Sum(IEnumerable<ReservationRequest> requests) =>
            requests.Aggregate(
                new SourceAccount { Source = "patients" },
                (account, request) => Admit(account, request with { Budget = new PrivacyBudget(1e6, 0.5) })
            );
    }

    private static SourceAccount Admit(SourceAccount account, ReservationRequest request)
    {
        try
        {
            var price = account.Price(request);
            var entry = new ReservedEntry
            {
                ReservationId = "r",
                Plan = request,
                Delta = price.Delta,
                Epsilon = price.Epsilon,
                Accountant = price.Accountant,
            };
            return (account with { Composition = request.Composition }).With(new Reservation(entry));
        }
        catch (PrivacyBudgetExceededException)
        {
            return account;
        }
    }

    private static ReservationRequest Choice(byte choice, bool renyi) =>
        Plan($"run {choice}", renyi ? PlanComposition.Renyi : PlanComposition.Basic, 1 + (choice % 8 * 40)) with
        {
            NoiseMultiplier = (choice / 8 % 4) switch
            {
                0 => 0.7,
                1 => 0.8,
                2 => 1.5,
                _ => 6,
            },
            SamplingRate = choice >= 224 ? 0.02 : 1,
        };

    private static ReservationRequest Plan(string run, PlanComposition composition, long steps) =>
        Some.Plan(run) with
        {
            NoiseMultiplier = 0.8,
            Steps = steps,
            Budget = Budget,
            Composition = composition,
        };
}
