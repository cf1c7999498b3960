using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Federated.Privacy.Accounting.Tests;

public sealed class CalibrationTests
{
    [Fact]
    public void The_noise_meets_the_target_and_is_no_more_than_the_references_need()
    {
        foreach (var row in Vectors.Rows("dp_calibration.json"))
        {
            var (target, delta) = (row.Number("target_epsilon"), row.Number("delta"));
            var (rate, steps) = (row.Number("q"), row.GetProperty("steps").GetInt64());
            var noise = NoiseCalibration.NoiseMultiplier(target, delta, rate, steps);
            Assert.True(Accountants.Best(Vectors.Plan(rate, noise, steps), delta).Epsilon <= target, $"{noise}: {row}");
            Assert.True(noise <= row.Number("sigma_rdp") * 1.0002, $"{noise}: {row}");
            Assert.True(noise <= (row.Optional("sigma_pld") ?? noise) * 1.0002, $"{noise}: {row}");
        }
    }

    [Fact]
    public void Adaptive_clipping_splits_its_budget_as_known()
    {
        foreach (var row in Vectors.Rows("dp_misc.json", "adaptive_clipping"))
        {
            var ours = AdaptiveClippingBudget.GradientNoiseMultiplier(row.Number("z"), row.Number("sigma_b"));
            Assert.Equal(row.Number("z_delta"), ours, 1e-12);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => AdaptiveClippingBudget.GradientNoiseMultiplier(2, 1));
    }

    [Fact]
    public void Steps_and_sampling_rate_meet_the_target_and_no_larger_one_does()
    {
        var steps = NoiseCalibration.Steps(2, 1e-6, 0.02, 1.1);
        Assert.True(Accountants.Best(Vectors.Plan(0.02, 1.1, steps), 1e-6).Epsilon <= 2);
        Assert.True(Accountants.Best(Vectors.Plan(0.02, 1.1, steps + 1), 1e-6).Epsilon > 2);
        Assert.Equal(0, NoiseCalibration.Steps(0.1, 1e-6, 1, 0.5));

        var rate = NoiseCalibration.SamplingRate(2, 1e-6, 1.1, 300);
        Assert.True(Accountants.Best(Vectors.Plan(rate, 1.1, 300), 1e-6).Epsilon <= 2);
        Assert.True(Accountants.Best(Vectors.Plan(rate * 1.001, 1.1, 300), 1e-6).Epsilon > 2);
        Assert.Equal(1, NoiseCalibration.SamplingRate(8, 1e-6, 10, 1));
    }

    [Theory]
    [InlineData(0, 1e-5, 0.1, 10)]
    [InlineData(1, 0, 0.1, 10)]
    [InlineData(1, 1e-5, 0, 10)]
    [InlineData(1, 1e-5, 1.1, 10)]
    [InlineData(1, 1e-5, 0.1, 0)]
    [InlineData(double.NaN, 1e-5, 0.1, 10)]
    public void Targets_outside_the_ranges_are_refused(double epsilon, double delta, double rate, long steps) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NoiseCalibration.NoiseMultiplier(epsilon, delta, rate, steps));

    [Property(MaxTest = 30)]
    public Property Epsilon_rises_with_steps_and_rate_and_falls_with_noise_and_delta() =>
        Prop.ForAll(
            Gen.Choose(1, 999)
                .Two()
                .Select(p => (Rate: p.Item1 / 1000.0, Noise: 0.5 + (p.Item2 / 200.0)))
                .ToArbitrary(),
            Gen.Choose(1, 500).Select(i => (long)i).ToArbitrary(),
            (parameters, steps) =>
            {
                var (rate, noise) = parameters;
                double At(double q, double sigma, long t, double delta) =>
                    Accountants.Best(Vectors.Plan(q, sigma, t), delta).Epsilon * (1 + 2e-5) + 1e-9;

                var here = Accountants.Best(Vectors.Plan(rate, noise, steps), 1e-6).Epsilon;
                return here <= At(rate, noise, steps + 1, 1e-6)
                    && here <= At(Math.Min(1, rate * 1.01), noise, steps, 1e-6)
                    && here <= At(rate, noise * 0.99, steps, 1e-6)
                    && here <= At(rate, noise, steps, 0.9e-6);
            }
        );

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void A_sampling_rate_outside_0_to_1_is_refused(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PoissonSampledGaussianEvent(rate, 1));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void A_noise_multiplier_that_is_not_positive_and_finite_is_refused(double noise) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaussianEvent(noise));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_delta_outside_0_to_1_is_refused(double delta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Accountants.Best(new GaussianEvent(1), delta));

    [Fact]
    public void No_noise_has_no_epsilon_and_no_steps_cost_nothing()
    {
        Assert.Equal(
            double.PositiveInfinity,
            Accountants.Best(new ComposedEvent([new GaussianEvent(5), new NonPrivateEvent()]), 1e-5).Epsilon
        );
        Assert.Equal(0, Accountants.Best(new RepeatedEvent(new GaussianEvent(0.1), 0), 1e-5).Epsilon);
        Assert.Equal(0, Accountants.Best(new PoissonSampledGaussianEvent(0, 0.1), 1e-5).Epsilon);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RepeatedEvent(new GaussianEvent(1), -1));
    }
}
