using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms.Tests;

public sealed class AdaptiveClippingTests
{
    [Fact]
    public void The_bound_finds_the_median_norm()
    {
        using var noise = Some.Noise(5);
        var clipping = new AdaptiveClipping(initialBound: 100, countNoise: 2);
        using var rows =
            arange(1, 41).to(float32).unsqueeze(1)
            * tensor(
                new float[,]
                {
                    { 0.6f, 0.8f },
                }
            );
        for (var i = 0; i < 120; i++)
        {
            clipping.Release(Some.Sum(rows, clipping.MaxGradNorm), 1, 40, noise);
        }

        Assert.InRange(clipping.MaxGradNorm, 16, 25);
    }

    [Fact]
    public void A_step_costs_its_multiplier_and_no_more()
    {
        using var noise = new SecureNoise();
        var clipping = new AdaptiveClipping(1, countNoise: 1.6);
        var noisy = clipping.Release(Some.Sum(zeros(1, 3)), 1.1, 32, noise);
        Assert.True(noisy.IsPrivate);
        Assert.Equal(new PoissonSampledGaussianEvent(0.5, 1.1), noisy.Event);
    }

    [Fact]
    public void The_bound_goes_on_from_where_it_was_and_stays_within_its_public_range()
    {
        using var noise = Some.Noise(6);
        var clipping = new AdaptiveClipping(2, countNoise: 1, learningRate: 40, bound: 3);
        Assert.Equal(3, clipping.MaxGradNorm);
        for (var i = 0; i < 4; i++)
        {
            // Every gradient is far within the bound, which falls as fast as it may.
            clipping.Release(Some.Sum(zeros(20, 3), clipping.MaxGradNorm), 1, 20, noise);
        }

        Assert.Equal(2e-6, clipping.MaxGradNorm, 1e-12);
        Assert.Equal(2e6, new AdaptiveClipping(2, 1, bound: 1e9).MaxGradNorm);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveClipping(2, 1, bound: double.NaN));
    }

    [Fact]
    public void A_sum_of_another_bound_or_too_little_noise_on_the_count_is_refused()
    {
        using var noise = Some.Noise();
        Assert.Throws<ArgumentException>(() => new AdaptiveClipping(2, 1).Release(Some.Sum(zeros(1, 3)), 1, 1, noise));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new AdaptiveClipping(1, 0.4).Release(Some.Sum(zeros(1, 3)), 1, 1, noise)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveClipping(1, 1, quantile: 1));
    }
}
