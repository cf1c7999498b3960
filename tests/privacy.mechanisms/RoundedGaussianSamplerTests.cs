namespace Federated.Privacy.Mechanisms.Tests;

public sealed class RoundedGaussianSamplerTests
{
    [Theory]
    [InlineData(0.7)]
    [InlineData(1.0)]
    [InlineData(3.0)]
    public void Small_deviations_have_the_rounded_gaussians_probabilities(double deviation)
    {
        const int Samples = 200_000;
        using var stream = new SecureRandomStream(new byte[32]);
        var values = new long[Samples];
        RoundedGaussianSampler.Add(values, deviation, stream);
        var (statistic, cells) = (0.0, 0);
        for (var k = -4; k <= 4; k++)
        {
            var expected = Samples * (Phi((k + 0.5) / deviation) - Phi((k - 0.5) / deviation));
            if (expected > 10)
            {
                var seen = values.Count(v => v == k);
                statistic += (seen - expected) * (seen - expected) / expected;
                cells++;
            }
        }

        // χ² with about `cells` degrees of freedom; five standard deviations above its mean.
        Assert.True(statistic < cells + (5 * Math.Sqrt(2 * cells)), $"{statistic} over {cells} cells");
    }

    [Fact]
    public void The_exact_path_agrees_with_the_fast_one()
    {
        using var bits = new SecureRandomStream(new byte[32]);
        for (var i = 0; i < 300; i++)
        {
            var head = bits.NextUInt64() >> (i % 3 == 0 ? 40 : 0);
            var angle = bits.NextUInt64() >> 2;
            var headBits = i % 3 == 0 ? 24 + 40 : 64;
            var deviation = Math.ScaleB(0.3 + (i % 5), i % 30);
            var radius = Math.Sqrt(-2 * Math.Log((head + 0.5) / Math.Pow(2, headBits)));
            var turn = (angle + 0.5) / Math.Pow(2, 62) * Math.PI / 2;
            var exact = ExactGaussianPair.Round(head, headBits, angle, deviation, bits);
            var tolerance = 0.5 + (deviation * 1e-6);
            Assert.Equal(deviation * radius * Math.Cos(turn), exact.First, tolerance);
            Assert.Equal(deviation * radius * Math.Sin(turn), exact.Second, tolerance);
        }
    }

    [Fact]
    public void Both_signs_and_odd_lengths_are_served()
    {
        using var stream = new SecureRandomStream(new byte[32]);
        var values = new long[10_001];
        RoundedGaussianSampler.Add(values, 1e6, stream);
        Assert.InRange(values.Count(v => v > 0), 4750, 5250);
        Assert.NotEqual(0, values[^1]);
        Assert.Equal(
            0,
            Enumerable.Range(0, 5000).Average(i => values[2 * i] / 1e6 * values[(2 * i) + 1] / 1e6),
            5 / Math.Sqrt(5000)
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1e15)]
    [InlineData(double.NaN)]
    public void Deviations_outside_the_range_are_refused(double deviation)
    {
        using var stream = new SecureRandomStream();
        Assert.Throws<ArgumentOutOfRangeException>(() => RoundedGaussianSampler.Add(new long[2], deviation, stream));
    }

    private static double Phi(double x)
    {
        // Simpson's rule; the test must not trust the library's own normal distribution.
        var (sum, n) = (0.0, 2000);
        for (var i = 0; i <= n; i++)
        {
            var t = x * i / n;
            sum +=
                (
                    i == 0 || i == n ? 1
                    : i % 2 == 1 ? 4
                    : 2
                ) * Math.Exp(-t * t / 2);
        }

        return 0.5 + (sum * x / n / 3 / Math.Sqrt(2 * Math.PI));
    }
}
