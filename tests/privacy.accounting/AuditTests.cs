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
