using System.Text.Json;

namespace Federated.Privacy.Accounting.Tests;

public sealed class AuditTests
{
    private static readonly JsonElement Known = Vectors.Load("dp_audit.json");

    [Fact]
    public void Binomial_bounds_match()
    {
        foreach (var row in Known.GetProperty("clopper_pearson_upper").EnumerateArray())
        {
            var ours = BinomialBound.Upper(
                row.GetProperty("k").GetInt64(),
                row.GetProperty("n").GetInt64(),
                row.Number("significance")
            );
            Assert.Equal(row.Number("upper"), ours, 1e-10);
        }
    }

    [Fact]
    public void One_run_p_values_and_bounds_match()
    {
        foreach (var row in Known.GetProperty("p_values").EnumerateArray())
        {
            var (m, r, v) = Counts(row);
            Assert.Equal(
                row.Number("p_value"),
                OneRunAudit.PValue(m, r, v, row.Number("eps"), row.Number("delta")),
                1e-9
            );
        }

        foreach (var row in Known.GetProperty("one_run").EnumerateArray())
        {
            var (m, r, v) = Counts(row);
            var ours = OneRunAudit.Epsilon(m, r, v, row.Number("delta"), row.Number("significance"));
            Assert.Equal(row.Number("eps_lower"), ours, 1e-4);
        }
    }

    [Fact]
    public void One_run_bounds_against_a_gaussian_claim_match()
    {
        foreach (var row in Known.GetProperty("one_run_fdp").EnumerateArray())
        {
            var (m, r, v) = Counts(row);
            var ours = OneRunGaussianAudit.Epsilon(m, r, v, row.Number("delta"), row.Number("significance"));
            Assert.Equal(row.Number("eps_lower_gdp"), ours, 1e-4);
        }

        Assert.Equal(0, OneRunGaussianAudit.Epsilon(1000, 500, 250, 1e-5, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => OneRunGaussianAudit.Epsilon(10, 11, 5, 1e-5, 0.05));
    }

    [Fact]
    public void Attackers_without_error_reach_the_known_ceilings()
    {
        var pitfalls = Vectors.Load("dp_pitfalls.json");
        foreach (var row in pitfalls.GetProperty("audit_ceiling_clopper_pearson").EnumerateArray())
        {
            var (members, others) = (row.GetProperty("n_in").GetInt64(), row.GetProperty("n_out").GetInt64());
            var ceiling = ThresholdAudit.Epsilon(0, others, 0, members, 0, 1 - row.Number("confidence"));
            Assert.Equal(row.Number("perfect_attack_eps"), ceiling, 1e-6);
        }

        foreach (var row in pitfalls.GetProperty("audit_ceiling_one_run").EnumerateArray())
        {
            var guesses = row.GetProperty("guesses").GetInt32();
            Assert.Equal(row.Number("eps"), OneRunAudit.Epsilon(guesses, guesses, guesses, 0, 0.05), 1e-4);
        }
    }

    [Fact]
    public void An_audit_that_cannot_refute_is_refused_with_the_size_that_could()
    {
        static double Ceiling(long size) => Math.Log(size);
        Assert.Equal(Math.Log(100), AuditPower.Require(2, 100, Ceiling));
        var error = Assert.Throws<AuditTooSmallException>(() => AuditPower.Require(3, 100, Ceiling));
        Assert.Contains("it takes size 404", error.Message, StringComparison.Ordinal); // e⁶ = 403.4
        error = Assert.Throws<AuditTooSmallException>(() => AuditPower.Require(3, 100, _ => 5));
        Assert.Contains("no size", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_membership_attack_beats_the_bound_and_the_gaussian_one_comes_near_it()
    {
        var bound = new MembershipBound(new GaussianEvent(1));
        foreach (var rate in new[] { 1e-3, 0.01, 0.1, 0.5 })
        {
            // The best attack on N(0, 1) against N(1, 1): Φ(Φ⁻¹(α) + 1).
            var best = MathNet.Numerics.Distributions.Normal.CDF(
                0,
                1,
                MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, rate) + 1
            );
            Assert.InRange(bound.TruePositiveRateAt(rate), best, 1.05 * best);
        }

        Assert.Equal(1, bound.TruePositiveRateAt(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => bound.TruePositiveRateAt(double.NaN));
    }

    [Fact]
    public void Scores_match_area_rates_and_threshold_bounds()
    {
        foreach (var row in Known.GetProperty("scores").EnumerateArray())
        {
            var members = row.GetProperty("in_scores").EnumerateArray().Select(s => s.GetDouble()).ToList();
            var others = row.GetProperty("out_scores").EnumerateArray().Select(s => s.GetDouble()).ToList();
            var scores = new MembershipScores(members, others);
            Assert.Equal(row.Number("auroc"), scores.AreaUnderCurve, 1e-12);
            Assert.Equal(row.Number("tpr_at_fpr_0_01"), scores.TruePositiveRateAt(0.01), 1e-9);
            Assert.Equal(row.Number("tpr_at_fpr_0_1"), scores.TruePositiveRateAt(0.1), 1e-9);
            foreach (var (delta, name) in new[] { (0.0, "0"), (1e-5, "1e-05") })
            {
                var ours = ThresholdAudit.Epsilon(
                    others.Count(s => s >= 1),
                    others.Count,
                    members.Count(s => s < 1),
                    members.Count,
                    delta,
                    0.05
                );
                Assert.Equal(row.Number($"clopper_explicit_thr_1_delta_{name}"), ours, 1e-6);
            }
        }
    }

    [Fact]
    public void A_gaussian_audit_bounds_its_own_errors_from_below()
    {
        // μ = 1 at the middle threshold: both rates are Φ(−½) = 0.3085.
        var claimed = Accountants.Best(new GaussianEvent(1), 1e-5).Epsilon;
        var shown = ThresholdAudit.GaussianEpsilon(30_854, 100_000, 30_854, 100_000, 1e-5, 1e-6);
        Assert.InRange(shown / claimed, 0.9, 1);
        Assert.True(ThresholdAudit.GaussianCeiling(100_000, 1e-5, 1e-6) > 2 * claimed);
        Assert.Equal(0, ThresholdAudit.GaussianEpsilon(50, 100, 50, 100, 1e-5, 1e-6));
    }

    private static (int Canaries, int Guesses, int Correct) Counts(JsonElement row) =>
        (row.GetProperty("m").GetInt32(), row.GetProperty("guesses").GetInt32(), row.GetProperty("correct").GetInt32());
}
