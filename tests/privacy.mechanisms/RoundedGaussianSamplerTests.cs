using System.Runtime.Intrinsics;

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
    public void Functions_of_four_doubles_stay_within_the_errors_that_the_proof_grants_them()
    {
        const double Ulp = 1 / 9007199254740992.0;
        using var bits = new SecureRandomStream(new byte[32]);
        for (var i = 0; i < 100_000; i++)
        {
            var u = ((bits.NextUInt64() >> 11) + 0.5) * Ulp;
            // Also near 1, where the logarithm is small.
            u = i % 4 == 0 ? 1 - (u / (1L << (i % 40))) : u;
            var turn = u * Math.PI / 2;
            var log = Vector256.Log(Vector256.Create(u))[i % 4];
            var (sine, cosine) = Vector256.SinCos(Vector256.Create(turn));
            // The scalar functions are good to one ulp themselves.
            Assert.InRange(log, Math.Log(u) * (1 + (6 * Ulp)), Math.Log(u) * (1 - (6 * Ulp)));
            Assert.Equal(Math.Sin(turn), sine[i % 4], 3 * Ulp);
            Assert.Equal(Math.Cos(turn), cosine[i % 4], 3 * Ulp);
        }
    }

    [Fact]
    public void A_platform_whose_functions_of_four_doubles_are_coarser_is_noticed()
    {
        Assert.True(VectorFunctions.AreAccurate(Vector256.Log, Vector256.SinCos));
        Assert.False(VectorFunctions.AreAccurate(x => Vector256.Log(x) * (1 + 4e-15), Vector256.SinCos));
        Assert.False(
            VectorFunctions.AreAccurate(
                Vector256.Log,
                x => (Vector256.Sin(x), Vector256.Cos(x + Vector256.Create(4e-15)))
            )
        );
        Assert.False(VectorFunctions.AreAccurate(x => Vector256.Log(x) * double.NaN, Vector256.SinCos));
    }

    [Fact]
    public void Four_at_once_give_what_each_gives_alone()
    {
        foreach (var deviation in new[] { 0.4, 17.5, 4194304.0 })
        {
            var values = new long[256];
            using (var stream = new SecureRandomStream(new byte[32]))
            {
                RoundedGaussianSampler.Add(values, deviation, stream);
            }

            using var bits = new SecureRandomStream(new byte[32]);
            var words = new ulong[256];
            bits.Fill(words);
            for (var i = 0; i < 128; i++)
            {
                var word = words[128 + i];
                var radius = deviation * Math.Sqrt(-2 * Math.Log((words[i] + 0.5) / Math.Pow(2, 64)));
                var turn = ((word >> 2) + 0.5) / Math.Pow(2, 62) * Math.PI / 2;
                var (first, second) = (Math.Round(radius * Math.Cos(turn)), Math.Round(radius * Math.Sin(turn)));
                Assert.Equal((word & 1) == 0 ? first : -first, values[i]);
                Assert.Equal((word & 2) == 0 ? second : -second, values[128 + i]);
            }
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
            // The halves of each block of 256 are the pairs.
            Enumerable.Range(0, 9984).Where(i => i % 256 < 128).Average(i => values[i] / 1e6 * values[i + 128] / 1e6),
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
