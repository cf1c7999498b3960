namespace Federated.Privacy.Accounting.Tests;

public sealed class KnownEpsilonTests
{
    [Fact]
    public void Every_row_lies_between_the_exact_value_and_the_reference_bound()
    {
        var failures = new List<string>();
        foreach (var row in Vectors.Rows("dp_epsilon.json"))
        {
            var plan = Vectors.Plan(row.Number("q"), row.Number("sigma"), row.GetProperty("steps").GetInt64());
            var ours = Accountants.Best(plan, row.Number("delta"));
            var atMost = row.Number("rdp_improved");
            // The reference's own rounding is about 1e-7 on tiny sampling rates.
            var holds =
                ours.Epsilon >= (row.Optional("exact") ?? 0)
                && ours.EpsilonLower <= (row.Optional("exact") ?? double.PositiveInfinity)
                && ours.EpsilonLower <= ours.Epsilon
                && ours.Epsilon >= (row.TryGetProperty("prv", out var prv) ? prv.Number("lower") : 0)
                && ours.Epsilon <= atMost * (1 + 1e-7);
            if (!holds)
            {
                failures.Add($"{ours} for {row}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count}:\n{string.Join('\n', failures.Take(5))}");
    }

    [Fact]
    public void Rdp_alone_is_never_below_the_exact_value_nor_above_the_reference()
    {
        var failures = new List<string>();
        foreach (var row in Vectors.Rows("dp_epsilon.json"))
        {
            var plan = Vectors.Plan(row.Number("q"), row.Number("sigma"), row.GetProperty("steps").GetInt64());
            var ours = new RdpAccountant().Epsilon(plan, row.Number("delta"));
            if (ours.Epsilon < (row.Optional("exact") ?? 0) || ours.Epsilon > row.Number("rdp_improved") * (1 + 1e-7))
            {
                failures.Add($"{ours} for {row}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count}:\n{string.Join('\n', failures.Take(5))}");
    }

    [Fact]
    public void One_gaussian_matches_fifty_digits()
    {
        foreach (var row in Vectors.Rows("dp_analytic_gaussian.json", "epsilon_for_sigma_delta"))
        {
            var ours = Accountants.Best(new GaussianEvent(row.Number("sigma")), row.Number("delta"));
            var exact = row.Number("epsilon_exact");
            Assert.InRange(ours.Epsilon, exact, (exact * (1 + 1e-8)) + 1e-9);
            Assert.InRange(ours.EpsilonLower, (exact * (1 - 1e-8)) - 1e-9, exact);
        }
    }
}
