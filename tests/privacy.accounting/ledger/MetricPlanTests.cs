namespace Federated.Privacy.Accounting.Tests;

public sealed class MetricPlanTests : IDisposable
{
    private static readonly MetricPlan Metrics = new(NoiseMultiplier: 8, Releases: 2);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Metrics_are_priced_in_one_composed_event_with_the_training()
    {
        var plan = Some.Plan() with { Metrics = Metrics };
        var training = Accountants.Best(Some.Plan().ToEvent(), 5e-6).Epsilon;
        var alone = Accountants.Best(new RepeatedEvent(new GaussianEvent(8), 2), 5e-6).Epsilon;
        var both = Accountants.Best(plan.ToEvent(), 5e-6).Epsilon;

        Assert.True(both > training);
        Assert.True(both < training + alone);
        using var ledger = Open();
        Assert.Equal(both, ledger.Reserve(plan).Epsilon);
    }

    [Fact]
    public void No_more_metrics_than_reserved_are_sealed_whatever_bases_are_asked_for()
    {
        using var ledger = Open();
        var id = ledger.Reserve(Some.Plan() with { Metrics = Metrics }).ReservationId;
        var first = ledger.Seal(id, Some.Digest("a"), 0, 20, metrics: 1);
        Assert.Equal(first, ledger.Seal(id, Some.Digest("a"), 0, 20, metrics: 1));
        Assert.Throws<LedgerConflictException>(() => ledger.Seal(id, Some.Digest("a"), 0, 20));
        ledger.Seal(id, Some.Digest("b"), 1000, 20, metrics: 1);

        var error = Assert.Throws<PrivacyBudgetExceededException>(() =>
            ledger.Seal(id, Some.Digest("c"), 2000, 20, metrics: 1)
        );
        Assert.Equal("metrics", error.Quantity);
        ledger.Seal(id, Some.Digest("c"), 2000, 20);
    }

    [Fact]
    public void Metrics_done_count_in_what_was_spent_and_survive_a_restart()
    {
        using (var ledger = Open())
        {
            var id = ledger.Reserve(Some.Plan() with { Metrics = Metrics }).ReservationId;
            ledger.Seal(id, Some.Digest("a"), 0, 20, metrics: 1);
        }

        var read = PrivacyLedger.Read(_folder.File("ledger.jsonl"));
        var expected = new ComposedEvent([
            new RepeatedEvent(new PoissonSampledGaussianEvent(0.02, 1), 20),
            new GaussianEvent(8),
        ]);
        Assert.Equal(Accountants.Best(expected, 5e-6).Epsilon, read.Status("patients").EpsilonOfStepsDone, 1e-9);
        Assert.Equal(Metrics, Assert.Single(read.Plans).Metrics);
        Assert.Equal("holds", Assert.Single(read.Recompute()).Verdict);
    }

    [Fact]
    public void A_plan_without_metrics_is_written_as_it_always_was()
    {
        using (var ledger = Open())
        {
            ledger.Seal(ledger.Reserve(Some.Plan()).ReservationId, Some.Digest("a"), 0, 20);
        }

        Assert.DoesNotContain(
            "metrics",
            File.ReadAllText(_folder.File("ledger.jsonl")),
            StringComparison.OrdinalIgnoreCase
        );
    }

    [Fact]
    public void Metrics_of_subjects_or_without_noise_are_no_plan()
    {
        using var ledger = Open();
        Assert.Throws<ArgumentException>(() =>
            ledger.Reserve(Some.Plan() with { Unit = "subject", Metrics = Metrics })
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            ledger.Reserve(Some.Plan() with { Metrics = new MetricPlan(0, 2) })
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            ledger.Reserve(Some.Plan() with { Metrics = new MetricPlan(8, 0) })
        );
        Assert.Empty(ledger.Entries);
    }

    [Fact]
    public void A_signed_metric_survives_the_wire_and_one_that_is_no_number_is_not_signed()
    {
        using var node = NodeIdentity.Create();
        var metric = new AttestedMetric(8, 10, -3.5, 20);
        var signed = (Some.Attestation(node.Id) with { Metric = metric }).Sign(node);
        var read = SignedAttestation.Decode(signed.Encode());

        Assert.Equal(metric, read.Attestation.Metric);
        Assert.True(read.Verify(node.PublicKey.Span));
        Assert.Throws<ArgumentException>(() =>
            (Some.Attestation(node.Id) with { Metric = metric with { Sum = double.NaN } }).Sign(node)
        );
    }

    private PrivacyLedger Open() => PrivacyLedger.Open(_folder.File("ledger.jsonl"), Some.Time);
}
