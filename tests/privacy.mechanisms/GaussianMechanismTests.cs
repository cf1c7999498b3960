using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms.Tests;

public sealed class GaussianMechanismTests
{
    [Fact]
    public void The_noise_has_the_mean_deviation_and_tails_of_its_gaussian()
    {
        const int Dimension = 200_000;
        using var noise = Some.Noise(11);
        var values = GaussianMechanism.Release(Some.Sum(zeros(1, Dimension), 0.5), 1.5, 2, noise).Values.ToArray();
        const double Deviation = 1.5 * 0.5 / 2;
        var scaled = values.Select(v => v / Deviation).ToList();
        Assert.Equal(0, scaled.Average(), 5 / Math.Sqrt(Dimension));
        Assert.Equal(1, scaled.Average(v => v * v), 5 * Math.Sqrt(2.0 / Dimension));
        Assert.Equal(3, scaled.Average(v => Math.Pow(v, 4)), 5 * Math.Sqrt(96.0 / Dimension));
        Assert.InRange(scaled.Count(v => Math.Abs(v) > 3), 440, 640);
    }

    [Fact]
    public void The_signal_is_in_it()
    {
        using var noise = Some.Noise();
        var values = GaussianMechanism.Release(Some.Sum(ones(1, 4) * 0.5), 1e-3, 1, noise).Values.ToArray();
        Assert.All(values, v => Assert.Equal(0.5, v, 0.01));
    }

    [Fact]
    public void A_private_step_carries_its_event_and_its_mechanism()
    {
        using var noise = new SecureNoise();
        var noisy = GaussianMechanism.Release(Some.Sum(zeros(3, 2)), 1.25, 8, noise);
        Assert.True(noisy.IsPrivate);
        Assert.Equal(new PoissonSampledGaussianEvent(0.5, 1.25), noisy.Event);
        Assert.Equal(Attestation.RoundedGaussian, noisy.Mechanism);
        Assert.Equal(2, noisy.Values.Length);
    }

    [Fact]
    public void Anything_from_a_seed_is_not_private_all_the_way_down()
    {
        using var seeded = Some.Noise();
        using var secure = new SecureNoise();
        foreach (
            var noisy in new[]
            {
                GaussianMechanism.Release(Some.Sum(zeros(1, 2)), 1, 1, seeded),
                GaussianMechanism.Release(Some.Sum(zeros(1, 2), isPrivate: false), 1, 1, secure),
                NonPrivateMechanism.Release(Some.Sum(zeros(1, 2)), 1),
                NonPrivateMechanism.Release(zeros(2)),
            }
        )
        {
            Assert.False(noisy.IsPrivate);
            Assert.Equal(new NonPrivateEvent(), noisy.Event);
            Assert.NotEqual(Attestation.RoundedGaussian, noisy.Mechanism);
        }
    }

    [Fact]
    public void Test_noise_repeats_exactly()
    {
        using var noise = Some.Noise();
        float[] Release()
        {
            noise.BeginStep(3);
            return GaussianMechanism.Release(Some.Sum(zeros(1, 9)), 1, 1, noise).Values.ToArray();
        }

        Assert.Equal(Release(), Release());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(2e6, 1)]
    [InlineData(1, 0)]
    [InlineData(1, double.PositiveInfinity)]
    public void Arguments_outside_their_range_are_refused_and_the_sum_is_untouched(double multiplier, double divisor)
    {
        using var noise = Some.Noise();
        using var sum = Some.Sum(zeros(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianMechanism.Release(sum, multiplier, divisor, noise));
        Assert.NotNull(GaussianMechanism.Release(sum, 1, 1, noise));
    }
}
