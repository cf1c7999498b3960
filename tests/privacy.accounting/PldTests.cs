using Federated.Privacy.Accounting.Numerics;
using Federated.Privacy.Accounting.Pld;

namespace Federated.Privacy.Accounting.Tests;

public sealed class PldTests
{
    [Theory]
    [InlineData(0.001, 0.7)]
    [InlineData(0.01, 1.0)]
    [InlineData(0.3, 0.5)]
    [InlineData(0.9, 2.0)]
    [InlineData(1.0, 1.0)]
    public void One_discretised_step_lies_around_the_true_curve(double rate, double noise)
    {
        foreach (var (width, offset) in new[] { (0.0005845, 0), (0.003, -0.0011), (0.05, -0.031) })
        {
            var cells = new LossCells(rate, noise, (width, offset), Math.Log(1e-18), double.PositiveInfinity);
            foreach (var direction in new[] { LossDirection.Remove, LossDirection.Add })
            {
                var loss = DiscreteLoss.Of(cells, direction);
                for (var epsilon = -2.0; epsilon < 8; epsilon += 0.237)
                {
                    var (upper, lower) = (loss.Infinity, 0.0);
                    for (var i = 0; i < loss.Upper.Length; i++)
                    {
                        var share = Math.Max(0, 1 - Math.Exp(epsilon - loss.LossAt(i)));
                        upper += loss.Upper[i] * share;
                        lower += loss.Lower[i] * share;
                    }

                    var (truth, error) = Delta(rate, noise, epsilon, direction);
                    Assert.True(upper >= truth - error, $"{direction} {width} {epsilon}: {upper} < {truth}");
                    Assert.True(lower <= truth + error, $"{direction} {width} {epsilon}: {lower} > {truth}");
                }
            }
        }
    }

    [Theory]
    [InlineData(3.42e-5, 594, 4.39e-6)]
    [InlineData(0.01, 60, 0.0072)]
    [InlineData(0.3, 200, 0.1)]
    [InlineData(1, 0.05, 0.3)]
    [InlineData(1, 40, 2)]
    [InlineData(1 - 1e-12, 0.1, 0.2)]
    [InlineData(0.5, 0.1, 1e-2)]
    public void No_mass_is_lost_on_the_way_to_the_grid(double rate, double noise, double width)
    {
        var cells = new LossCells(rate, noise, (width, -0.3 * width), Math.Log(1e-20), double.PositiveInfinity);
        foreach (var direction in new[] { LossDirection.Remove, LossDirection.Add })
        {
            var loss = DiscreteLoss.Of(cells, direction);
            Assert.Equal(1, loss.Upper.Sum() + loss.Infinity, 1e-11);
            Assert.InRange(loss.Lower.Sum(), 1 - 1e-11, 1 + 1e-11);
        }
    }

    [Theory]
    [InlineData(0.0001, 0.5, 1000, 1e-5, 1e-4)]
    [InlineData(0.0001, 0.7, 10_000, 1e-6, 2e-3)]
    [InlineData(0.001, 0.7, 10_000, 1e-8, 1e-4)]
    public void The_lower_bound_is_close_where_a_step_hardly_samples_and_has_little_noise(
        double rate,
        double noise,
        long steps,
        double delta,
        double gap
    )
    {
        var guarantee = new PldAccountant().Epsilon(Vectors.Plan(rate, noise, steps), delta);
        Assert.InRange(guarantee.EpsilonLower, guarantee.Epsilon * (1 - gap), guarantee.Epsilon);
    }

    [Theory]
    [InlineData(0.013, 0.6, 2)]
    [InlineData(0.2, 1.3, 2)]
    [InlineData(0.003, 0.45, 2)]
    [InlineData(0.3, 0.9, 3)]
    public void Two_and_three_steps_lie_around_an_integral_of_the_densities(double rate, double noise, int steps)
    {
        foreach (var delta in new[] { 1e-6, 3e-9 })
        {
            var ours = new PldAccountant().Epsilon(Vectors.Plan(rate, noise, steps), delta);
            // At the bounds themselves the integral must lie on the right side of δ.
            Assert.True(Composed(rate, noise, ours.Epsilon, steps) <= delta * (1 + 1e-6), $"{steps} {delta}: {ours}");
            Assert.True(
                Composed(rate, noise, ours.EpsilonLower, steps) >= delta * (1 - 1e-6),
                $"{steps} {delta}: {ours}"
            );
        }
    }

    // δ(ε) of the remove direction by nested trapezoids over all steps but the last, whose part is exact. Nodes must be closer than q·σ².
    private static double Composed(double rate, double noise, double epsilon, int steps)
    {
        if (steps == 1)
        {
            return OneStep(rate, noise, epsilon);
        }

        var (sum, nodes) = (0.0, steps == 2 && rate < 0.3 ? 40_000 : 700);
        var (low, high) = (-9 * noise, 1 + (9 * noise));
        var step = (high - low) / nodes;
        for (var i = 0; i <= nodes; i++)
        {
            var x = low + (i * step);
            var ratio = 1 - rate + (rate * Math.Exp(((2 * x) - 1) / (2 * noise * noise)));
            var density = Math.Exp(-x * x / (2 * noise * noise)) / (noise * Math.Sqrt(2 * Math.PI));
            sum += density * ratio * step * Composed(rate, noise, epsilon - Math.Log(ratio), steps - 1);
        }

        return sum;
    }

    // The mixture against the plain Gaussian, at any real ε: Pr[x > t] under both, t where the ratio is e^ε.
    private static double OneStep(double rate, double noise, double epsilon)
    {
        var excess = Math.Exp(epsilon) - 1 + rate;
        if (excess <= 0)
        {
            return 1 - Math.Exp(epsilon);
        }

        var threshold = (noise * noise * Math.Log(excess / rate)) + 0.5;
        return (rate * Normal.Cdf((1 - threshold) / noise)) - (excess * Normal.Cdf(-threshold / noise));
    }

    [Fact]
    public void Ten_thousand_steps_are_certified_to_five_digits()
    {
        var guarantee = new PldAccountant().Epsilon(Vectors.Plan(0.01, 1, 10_000), 1e-5);
        Assert.InRange(guarantee.Epsilon, 6.1877, 6.18775);
        Assert.InRange(guarantee.EpsilonLower, 6.1876, guarantee.Epsilon);
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(1e-16)]
    [InlineData(1e-30)]
    [InlineData(1e-60)]
    public void Deltas_far_below_the_rounding_of_doubles_are_right(double delta)
    {
        // Two phases that compose to one known Gaussian: q = 1 once, q so near to 1 that it is one.
        var phases = new ComposedEvent([Vectors.Plan(1 - 1e-13, 4, 40), Vectors.Plan(1 - 2e-13, 5, 30)]);
        var exact = Accountants.Best(new GaussianEvent(1 / Math.Sqrt((40 / 16.0) + (30 / 25.0))), delta);
        var ours = new PldAccountant().Epsilon(phases, delta);
        Assert.InRange(ours.Epsilon, exact.Epsilon * (1 - 1e-6), exact.Epsilon * (1 + 2e-5));
        Assert.InRange(ours.EpsilonLower, exact.Epsilon * (1 - 1e-4), exact.Epsilon * (1 + 1e-6));
    }

    [Fact]
    public void One_step_agrees_with_the_closed_form_when_it_is_composed()
    {
        // A step and a second one that hardly samples: the composition costs hardly more than the step alone.
        var step = new PoissonSampledGaussianEvent(0.05, 0.8);
        var alone = Accountants.Best(step, 1e-6).Epsilon;
        var pair = new PldAccountant().Epsilon(
            new ComposedEvent([step, new PoissonSampledGaussianEvent(1e-12, 3)]),
            1e-6
        );
        Assert.InRange(pair.Epsilon, alone * (1 - 1e-6), alone * (1 + 1e-3));
    }

    [Fact]
    public void Phases_cost_the_same_in_any_order_and_grouping()
    {
        var (a, b) = (Vectors.Plan(0.02, 1.1, 30), Vectors.Plan(0.3, 4, 7));
        var first = Accountants.Best(new ComposedEvent([a, b]), 1e-6);
        var second = Accountants.Best(
            new ComposedEvent([b, Vectors.Plan(0.02, 1.1, 10), new ComposedEvent([Vectors.Plan(0.02, 1.1, 20)])]),
            1e-6
        );
        Assert.Equal(first, second);
    }

    [Fact]
    public void A_gap_outside_0_to_1_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PldAccountant(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PldAccountant(double.NaN));
    }

    // Midpoint rule on the densities themselves; its error is that of the one cell in which the integrand turns positive.
    private static (double Value, double Error) Delta(
        double rate,
        double noise,
        double epsilon,
        LossDirection direction
    )
    {
        var (sum, step) = (0.0, noise / 2000);
        var largest = 0.0;
        for (var x = -12 * noise; x < 2 + (12 * noise); x += step)
        {
            var ratio = 1 - rate + (rate * Math.Exp(((2 * x) - 1) / (2 * noise * noise)));
            var density = Math.Exp(-x * x / (2 * noise * noise)) / (noise * Math.Sqrt(2 * Math.PI));
            var (p, q) = direction == LossDirection.Remove ? (density * ratio, density) : (density, density * ratio);
            sum += step * Math.Max(0, p - (Math.Exp(epsilon) * q));
            largest = Math.Max(largest, Math.Abs(p - (Math.Exp(epsilon) * q)));
        }

        return (sum, 1e-9 + (largest * step * 1e-3));
    }
}
