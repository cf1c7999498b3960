using System.Collections.Concurrent;
using System.Text.Json;

namespace Federated.Privacy.Accounting.Tests;

public sealed class KnownEpsilonTests
{
    [Fact]
    public void Every_row_is_at_least_the_truth_and_at_most_the_references()
    {
        var failures = new ConcurrentBag<string>();
        Parallel.ForEach(
            Vectors.Rows("dp_epsilon.json").ToList(),
            row =>
            {
                var plan = Vectors.Plan(row.Number("q"), row.Number("sigma"), row.GetProperty("steps").GetInt64());
                var ours = Accountants.Best(plan, row.Number("delta"));
                var exact = row.Optional("exact");
                var (prvLower, prvUpper) = row.TryGetProperty("prv", out var prv)
                    ? (prv.Number("lower"), prv.Number("upper"))
                    : (0, double.PositiveInfinity);
                var pld = row.Optional("pld") ?? double.PositiveInfinity;
                var isUpper = ours.Epsilon >= (exact ?? 0) && ours.Epsilon >= prvLower;
                var isLower =
                    ours.EpsilonLower <= (exact ?? double.PositiveInfinity)
                    && ours.EpsilonLower <= prvUpper
                    && ours.EpsilonLower <= ours.Epsilon
                    // The reference's transforms round, unaccounted: where its "upper bound" lies lower, it must be shown to be none.
                    && (ours.EpsilonLower <= pld || pld < exact || IsTooLow(row, pld))
                    && ours.EpsilonLower >= (ours.Epsilon * 0.985) - 1e-9;
                // The references round too: about 1e-7 on tiny sampling rates.
                var isTight =
                    ours.Epsilon <= pld + Math.Max(1e-3 * ours.Epsilon, 1e-4)
                    && ours.Epsilon <= row.Number("rdp_improved") * (1 + 1e-7);
                if (!isUpper || !isLower || !isTight)
                {
                    failures.Add($"{ours} for {row}");
                }
            }
        );

        Assert.True(failures.IsEmpty, $"{failures.Count}:\n{string.Join('\n', failures.Take(5))}");
    }

    private static bool IsTooLow(JsonElement row, double epsilon)
    {
        var (step, delta) = (
            (row.Number("q"), row.Number("sigma"), row.GetProperty("steps").GetInt64()),
            row.Number("delta")
        );
        return new LossContour([step], delta).Delta(epsilon) > delta * (1 + 1e-6);
    }

    [Fact]
    public void Phases_are_priced_between_the_references_bounds()
    {
        var failures = new List<string>();
        foreach (var row in Vectors.Rows("dp_heterogeneous.json"))
        {
            var phases = row.GetProperty("phases")
                .EnumerateArray()
                .Select(p =>
                    (PrivacyEvent)Vectors.Plan(p.Number("q"), p.Number("sigma"), p.GetProperty("steps").GetInt64())
                );
            var ours = Accountants.Best(new ComposedEvent([.. phases]), row.Number("delta"));
            var pld = row.Optional("pld") ?? double.PositiveInfinity;
            var prv = row.GetProperty("prv");
            var holds =
                ours.Epsilon <= pld + Math.Max(1e-3 * ours.Epsilon, 1e-4)
                && ours.Epsilon <= row.Number("rdp_improved") * (1 + 1e-7)
                && (prv.ValueKind != JsonValueKind.Object || ours.Epsilon >= prv.Number("lower"))
                && (prv.ValueKind != JsonValueKind.Object || ours.EpsilonLower <= prv.Number("upper"));
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
