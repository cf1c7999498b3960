namespace Federated.Privacy.Mechanisms.Tests;

public sealed class PoissonSamplerTests
{
    [Theory]
    [InlineData(0.001)]
    [InlineData(0.02)]
    [InlineData(0.5)]
    [InlineData(0.97)]
    public void Batch_sizes_have_the_binomial_mean_and_variance(double rate)
    {
        const int Units = 2000;
        const int Steps = 400;
        using var noise = Some.Noise(7);
        var sampler = new PoissonSampler(Units, rate);
        var sizes = Enumerable.Range(0, Steps).Select(_ => (double)sampler.Sample(noise).Indices.Length).ToList();
        var mean = sizes.Average();
        var variance = sizes.Sum(s => (s - mean) * (s - mean)) / (Steps - 1);
        var expected = Units * rate * (1 - rate);
        Assert.Equal(Units * rate, mean, 5 * Math.Sqrt(expected / Steps));
        Assert.InRange(variance / expected, 0.65, 1.4);
    }

    [Fact]
    public void Units_join_independently_of_each_other()
    {
        using var noise = Some.Noise(3);
        var sampler = new PoissonSampler(2, 0.5);
        var counts = new int[4];
        for (var i = 0; i < 4000; i++)
        {
            counts[sampler.Sample(noise).Indices.Sum(index => 1 << index)]++;
        }

        Assert.All(counts, c => Assert.InRange(c, 860, 1140));
    }

    [Fact]
    public void Rate_1_draws_everyone_and_rate_0_or_no_units_nobody()
    {
        using var noise = Some.Noise();
        Assert.Equal(1000, new PoissonSampler(1000, 1).Sample(noise).Indices.Length);
        Assert.Empty(new PoissonSampler(1000, 0).Sample(noise).Indices);
        Assert.Empty(new PoissonSampler(0, 0.5).Sample(noise).Indices);
    }

    [Fact]
    public void Test_noise_draws_the_same_batch_for_the_same_step_and_says_so()
    {
        using var noise = Some.Noise();
        var sampler = new PoissonSampler(500, 0.1);
        noise.BeginStep(4);
        var first = sampler.Sample(noise);
        noise.BeginStep(5);
        var other = sampler.Sample(noise);
        noise.BeginStep(4);
        Assert.Equal(first.Indices, sampler.Sample(noise).Indices);
        Assert.NotEqual(first.Indices, other.Indices);
        Assert.False(first.IsPrivate);
    }

    [Fact]
    public void Secure_noise_never_draws_the_same_batch_again()
    {
        using var noise = new SecureNoise();
        var sampler = new PoissonSampler(500, 0.5);
        noise.BeginStep(4);
        var first = sampler.Sample(noise);
        noise.BeginStep(4);
        Assert.NotEqual(first.Indices, sampler.Sample(noise).Indices);
        Assert.True(first.IsPrivate);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_rate_outside_0_to_1_is_refused(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PoissonSampler(10, rate));
}
