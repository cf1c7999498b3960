namespace Federated.Privacy.Accounting.Tests;

public sealed class EventTests
{
    [Fact]
    public void A_tree_costs_what_the_gaussian_of_its_sensitivity_costs()
    {
        foreach (var row in Vectors.Rows("dp_tree_and_mf.json", "single_tree"))
        {
            var tree = new TreeAggregationEvent(
                row.Number("noise_multiplier"),
                row.GetProperty("total_steps").GetInt64(),
                row.GetProperty("max_participation").GetInt64(),
                row.GetProperty("min_separation").GetInt64()
            );
            Assert.Equal(row.Number("sensitivity_sq"), tree.SquaredSensitivity);
            var ours = Accountants.Best(tree, row.Number("delta"));
            var exact = row.Number("eps_gaussian_exact");
            Assert.InRange(ours.Epsilon, exact * (1 - 1e-10), exact * (1 + 1e-8));
            Assert.InRange(
                new RdpAccountant().Epsilon(tree, row.Number("delta")).Epsilon,
                exact,
                row.Number("eps_rdp_improved") * (1 + 1e-8)
            );
        }
    }

    [Fact]
    public void A_restart_is_one_more_tree()
    {
        foreach (var row in Vectors.Rows("dp_tree_and_mf.json", "restart"))
        {
            var trees = row.GetProperty("steps_list")
                .EnumerateArray()
                .Select(steps =>
                    (PrivacyEvent)new TreeAggregationEvent(row.Number("noise_multiplier"), steps.GetInt64())
                );
            var all = new ComposedEvent([.. trees]);
            foreach (
                var (order, known) in row.GetProperty("orders")
                    .EnumerateArray()
                    .Zip(row.GetProperty("rdp_tfp_restart").EnumerateArray())
            )
            {
                var ours = new RdpAccountant().Divergence(all, order.GetDouble());
                Assert.Equal(known.GetDouble(), ours, known.GetDouble() * 1e-9);
            }
        }
    }

    [Fact]
    public void No_pattern_of_participations_costs_more_than_a_tree_is_charged()
    {
        // All patterns of three participations at least four steps apart, against all complete blocks of 21 leaves.
        var worst = 0;
        for (var a = 0; a < 21; a++)
        {
            for (var b = a + 4; b < 21; b++)
            {
                for (var c = b + 4; c < 21; c++)
                {
                    var sum = 0;
                    for (var block = 1; block <= 21; block *= 2)
                    {
                        for (var at = 0; at + block <= 21; at += block)
                        {
                            var count = new[] { a, b, c }.Count(x => x >= at && x < at + block);
                            sum += count * count;
                        }
                    }

                    worst = Math.Max(worst, sum);
                }
            }
        }

        var charged = new TreeAggregationEvent(1, 21, 3, 3).SquaredSensitivity;
        Assert.InRange(charged, worst, worst * 1.1);
    }

    [Fact]
    public void A_banded_factorisation_has_the_known_sensitivity()
    {
        foreach (var row in Vectors.Rows("dp_tree_and_mf.json", "banded_mf"))
        {
            var banded = new BandedMatrixFactorizationEvent(
                1,
                row.GetProperty("n").GetInt64(),
                row.GetProperty("bands").GetInt32(),
                row.GetProperty("max_participations").GetInt64(),
                row.GetProperty("min_sep").GetInt64()
            );
            Assert.Equal(row.Number("sensitivity"), banded.Sensitivity, 1e-12);
            var rho = new RdpAccountant().Divergence(banded, 2) / 2;
            Assert.Equal(row.Number("zcdp_rho_for_noise_multiplier_1"), rho, rho * 1e-9);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new BandedMatrixFactorizationEvent(1, 100, 8, 2, 7));
    }

    [Fact]
    public void Cyclic_sampling_amplifies_a_banded_factorisation()
    {
        foreach (var row in Vectors.Rows("dp_tree_and_mf.json", "amplified_bandmf"))
        {
            var plan = BandedMatrixFactorizationEvent.Amplified(
                row.Number("noise_multiplier"),
                row.GetProperty("iterations").GetInt64(),
                row.GetProperty("num_bands").GetInt32(),
                row.Number("sampling_prob")
            );
            var (ours, known) = (Accountants.Best(plan, row.Number("delta")), row.Number("eps_pld"));
            Assert.InRange(ours.Epsilon, ours.EpsilonLower, known * (1 + 1e-5));
            Assert.InRange(ours.EpsilonLower, known * (1 - 1e-3), known);
        }
    }

    [Fact]
    public void A_cohort_without_replacement_costs_what_is_known()
    {
        foreach (var row in Vectors.Rows("dp_without_replacement.json"))
        {
            var rounds = new RepeatedEvent(Cohort(row), row.GetProperty("rounds").GetInt64());
            var ours = Accountants.Best(rounds, row.Number("delta")).Epsilon;
            var known = row.Number("epsilon");
            // Ours also tries the orders between the reference's.
            Assert.InRange(ours, known * 0.97, known * (1 + 1e-8));
        }

        foreach (var curve in Vectors.Rows("dp_without_replacement.json", "rdp_curves"))
        {
            foreach (
                var (order, known) in curve
                    .GetProperty("orders")
                    .EnumerateArray()
                    .Zip(curve.GetProperty("rdp").EnumerateArray())
            )
            {
                var ours = new RdpAccountant().Divergence(Cohort(curve), order.GetDouble());
                // Below order 2 the reference takes the value at 2; the chord to order 1 is a bound as well.
                var chord = order.GetDouble() < 2 ? 0.49 : 1 - 1e-6;
                Assert.InRange(ours, known.GetDouble() * chord, known.GetDouble() * (1 + 1e-6));
            }
        }
    }

    private static SampledWithoutReplacementGaussianEvent Cohort(System.Text.Json.JsonElement row) =>
        new(
            row.GetProperty("clients").GetInt64(),
            row.GetProperty("cohort").GetInt64(),
            row.Number("noise_multiplier")
        );

    [Fact]
    public void A_cohort_is_refused_by_name_where_no_bound_is_known()
    {
        var cohort = new SampledWithoutReplacementGaussianEvent(100, 10, 1);
        foreach (
            IPrivacyAccountant accountant in new IPrivacyAccountant[]
            {
                new PldAccountant(),
                new ClosedFormAccountant(),
            }
        )
        {
            var refusal = Assert.Throws<UnsupportedEventException>(() => accountant.Epsilon(cohort, 1e-5));
            Assert.Contains(nameof(SampledWithoutReplacementGaussianEvent), refusal.Message, StringComparison.Ordinal);
        }

        var mixed = new ComposedEvent([cohort, new GaussianEvent(3)]);
        Assert.Throws<UnsupportedEventException>(() => new RdpAccountant().Epsilon(mixed, 1e-5));
        Assert.Throws<UnsupportedEventException>(() => Accountants.Best(mixed, 1e-5));
    }

    [Fact]
    public void Clipping_the_batch_per_factor_is_charged_at_noise_over_two_root_two()
    {
        var paper = new RepeatedEvent(new BatchClippedGaussianEvent(0.02, 3.1), 250);
        var charged = Vectors.Plan(0.02, 3.1 / (2 * Math.Sqrt(2)), 250);
        Assert.Equal(Accountants.Best(charged, 1e-6), Accountants.Best(paper, 1e-6));
    }

    [Fact]
    public void A_capped_batch_costs_what_is_known_for_it()
    {
        foreach (var row in Vectors.Rows("dp_tree_and_mf.json", "truncated_poisson"))
        {
            if (row.GetProperty("neighboring").GetString() != "ADD_OR_REMOVE_ONE")
            {
                continue;
            }

            var (q, noise) = (row.Number("sampling_prob"), row.Number("noise_multiplier"));
            var (steps, delta) = (row.GetProperty("iterations").GetInt64(), row.Number("delta"));
            var capped = new TruncatedPoissonSampledGaussianEvent(
                q,
                noise,
                row.GetProperty("truncated_batch_size").GetInt64(),
                row.GetProperty("num_examples").GetInt64()
            );
            var ours = Accountants.Best(new RepeatedEvent(capped, steps), delta);
            var uncapped = Accountants.Best(Vectors.Plan(q, noise, steps), delta);
            Assert.InRange(ours.Epsilon, uncapped.Epsilon, row.Number("eps_pld") * 1.65);
            Assert.True(new RdpAccountant().Epsilon(new RepeatedEvent(capped, steps), delta).Epsilon >= ours.Epsilon);
        }
    }

    [Fact]
    public void A_cap_is_free_where_it_is_never_reached_and_doubles_the_sensitivity_where_it_always_is()
    {
        PrivacyEvent Capped(long cap) =>
            new RepeatedEvent(new TruncatedPoissonSampledGaussianEvent(0.05, 1.3, cap, 2000), 300);

        var free = Accountants.Best(Capped(400), 1e-6).Epsilon;
        Assert.InRange(free / Accountants.Best(Vectors.Plan(0.05, 1.3, 300), 1e-6).Epsilon, 1, 1.001);
        var always = Accountants.Best(Capped(60), 1e-6).Epsilon;
        Assert.InRange(always / Accountants.Best(Vectors.Plan(0.05, 0.65, 300), 1e-6).Epsilon, 1, 1.001);
        Assert.Throws<UnsupportedEventException>(() => new ClosedFormAccountant().Epsilon(Capped(60), 1e-6));
        Assert.Throws<UnsupportedEventException>(() => new RdpAccountant().Divergence(Capped(60), 2));
    }

    [Theory]
    [InlineData(3, 10, 0.1)]
    [InlineData(12, 40, 0.05)]
    [InlineData(9, 30, 0.2)]
    public void A_binomial_tail_is_bounded_from_above_and_closely(int least, int trials, double probability)
    {
        var (exact, term) = (0.0, Math.Pow(1 - probability, trials));
        for (var k = 0; k <= trials; k++)
        {
            exact += k >= least ? term : 0;
            term *= (trials - k) * probability / ((k + 1) * (1 - probability));
        }

        Assert.InRange(BinomialTail.Upper(least, trials, probability), exact, exact * 1.2);
    }

    [Fact]
    public void Events_outside_their_ranges_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TreeAggregationEvent(0, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TreeAggregationEvent(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TreeAggregationEvent(1, 10, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TreeAggregationEvent(1, 10, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BandedMatrixFactorizationEvent(1, 10, 0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampledWithoutReplacementGaussianEvent(10, 11, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampledWithoutReplacementGaussianEvent(10, 5, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchClippedGaussianEvent(-0.1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TruncatedPoissonSampledGaussianEvent(0.1, 1, 0, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TruncatedPoissonSampledGaussianEvent(0.1, 1, 5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TruncatedPoissonSampledGaussianEvent(1.1, 1, 5, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchClippedGaussianEvent(0.1, 1, 0));
    }
}
