using FsCheck.Xunit;
using MathNet.Numerics.LinearAlgebra;

namespace Federated.Aggregation.Tests;

public sealed class ProductSumTests
{
    /// <summary>Tall, wide and square; few vectors, half the side, and more than the side.</summary>
    [Property(MaxTest = 60)]
    public void A_truncated_sum_is_that_of_a_dense_singular_value_decomposition(int seed)
    {
        var random = new Random(seed);
        var (m, n, rank) = (random.Next(1, 40), random.Next(1, 40), random.Next(1, 9));
        var (sum, dense) = Sum(random, m, n);
        var svd = dense.Svd(computeVectors: true);
        var truncated = sum.Truncate(rank, tailRank: 2);

        var best = Matrix<double>.Build.Dense(m, n);
        for (var j = 0; j < Math.Min(rank, svd.S.Count); j++)
        {
            best += svd.S[j] * svd.U.Column(j).OuterProduct(svd.VT.Row(j));
        }

        var size = Math.Max(dense.FrobeniusNorm(), 1e-300);
        // Where σ_r and σ_{r+1} are the same number, both approximations are best and neither is the other.
        if (Gap(svd.S, rank) > 1e-4 * size)
        {
            Assert.InRange((Of(truncated.Kept) - best).FrobeniusNorm() / size, 0, 1e-10);
        }

        Assert.InRange(Math.Abs(truncated.DroppedTail - (dense - Of(truncated.Kept)).FrobeniusNorm()) / size, 0, 1e-10);
        Assert.InRange(
            Math.Abs(truncated.Lost - (dense - Of(truncated.Kept) - Of(truncated.Tail)).FrobeniusNorm()) / size,
            0,
            1e-10
        );
        Assert.InRange(Math.Abs(sum.Norm() - dense.FrobeniusNorm()) / size, 0, 1e-12);
        Assert.InRange((Of(sum.Stack()) - dense).FrobeniusNorm() / size, 0, 1e-12);
    }

    /// <summary>Beyond the size that is decomposed whole: a spectrum that is almost flat, twice the same values, and a sum of low rank.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_few_components_of_a_large_sum_are_those_of_the_whole_decomposition(bool isDense)
    {
        const int Kept = 3;
        var (m, n) = isDense ? (1030, 1040) : (2100, 2200);
        var (sum, random) = (new ProductSum(m, n), new Random(4));
        // Singular values are known: orthonormal columns with chosen weights. Two of them are the same number.
        var rank = ProductSum.LargestWholeCore + 6;
        var (b, a) = (Orthonormal(random, m, 40), Orthonormal(random, n, 40));
        double[] sigma = [5, 5, 4, .. Enumerable.Range(0, 37).Select(i => 3.9 - (0.1 * i))];
        for (var k = 0; k < sigma.Length; k++)
        {
            sum.Add(sigma[k], new(b.First(k + 1).Last(), a.First(k + 1).Last()));
        }

        // Terms that cancel make the stack long.
        var noise = Pair(random, m, n, (rank - 40) / 2);
        sum.Add(1, noise).Add(-1, noise);

        var truncated = sum.Truncate(Kept, tailRank: 2);
        Assert.All(
            sigma.Zip(truncated.SingularValues.Take(Kept)),
            pair => Assert.Equal(pair.First, pair.Second, 1e-10)
        );
        Assert.Equal(Math.Sqrt(sigma.Skip(Kept).Sum(value => value * value)), truncated.DroppedTail, 1e-9);
        var best = new ProductSum(m, n).Add(-1, truncated.Kept);
        for (var k = 0; k < Kept; k++)
        {
            best.Add(sigma[k], new(b.First(k + 1).Last(), a.First(k + 1).Last()));
        }

        Assert.InRange(best.Norm() / 10, 0, 1e-10);
    }

    private static VectorSet Orthonormal(Random random, int length, int count)
    {
        var basis = new OrthonormalBasis(length);
        var vectors = new VectorSet(count, length);
        for (var k = 0; k < count; k++)
        {
            foreach (ref var value in vectors[k])
            {
                value = random.NextDouble() - 0.5;
            }
        }

        basis.Extend(vectors);
        return basis.Last(count);
    }

    [Fact]
    public void A_sum_of_nothing_is_zero()
    {
        var truncated = new ProductSum(5, 4).Truncate(2);
        Assert.Equal(0, Of(truncated.Kept).FrobeniusNorm());
        Assert.Equal(0, truncated.DroppedTail);
    }

    [Fact]
    public void Terms_that_cancel_leave_nothing()
    {
        var pair = Pair(new Random(3), 30, 20, 4);
        Assert.InRange(new ProductSum(30, 20).Add(0.7, pair).Add(-0.7, pair).Norm(), 0, 1e-14);
    }

    [Fact]
    public void Numbers_far_from_one_neither_overflow_nor_vanish()
    {
        var pair = FactorPair.From(
            Scaled(
                new double[,]
                {
                    { 3 },
                    { 4 },
                    { 0 },
                },
                1e-160
            ),
            new double[,]
            {
                { 1, 0 },
            }
        );
        Assert.Equal(5e-160, new ProductSum(3, 2).Add(1, pair).Truncate(1).SingularValues[0], 1e-172);
    }

    [Fact]
    public async Task The_same_terms_give_the_same_bits_on_one_thread_and_on_many()
    {
        double[] Bits()
        {
            var (sum, _) = Sum(new Random(11), 300, 260);
            var kept = sum.Truncate(6).Kept.Product();
            return [.. kept.Cast<double>()];
        }

        // Loops run on the scheduler of their task; this one has a single thread.
        var alone = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        var one = Task.Factory.StartNew(Bits, CancellationToken.None, TaskCreationOptions.None, alone);
        Assert.Equal(Bits(), await one);
    }

    [Fact]
    public void The_largest_entry_of_each_column_of_B_is_positive()
    {
        var (sum, _) = Sum(new Random(5), 20, 30);
        var kept = sum.Truncate(5).Kept;
        for (var k = 0; k < kept.Rank; k++)
        {
            Assert.True(kept.B[k].ToArray().MaxBy(Math.Abs) > 0);
        }
    }

    [Fact]
    public void Another_shape_or_a_weight_that_is_no_number_is_refused()
    {
        var pair = Pair(new Random(1), 4, 3, 2);
        Assert.Throws<ArgumentException>(() => new ProductSum(4, 4).Add(1, pair));
        Assert.Throws<ArgumentException>(() => new ProductSum(4, 3).Add(double.NaN, pair));
    }

    internal static FactorPair Pair(Random random, int m, int n, int rank)
    {
        var (b, a) = (new double[m, rank], new double[rank, n]);
        Fill(random, b);
        Fill(random, a);
        return FactorPair.From(b, a);
    }

    internal static Matrix<double> Of(FactorPair pair) => Matrix<double>.Build.DenseOfArray(pair.Product());

    private static (ProductSum Sum, Matrix<double> Dense) Sum(Random random, int m, int n)
    {
        var (sum, dense) = (new ProductSum(m, n), Matrix<double>.Build.Dense(m, n));
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var (weight, pair) = (random.NextDouble() - 0.3, Pair(random, m, n, random.Next(1, 5)));
            sum.Add(weight, pair);
            dense += weight * Of(pair);
        }

        return (sum, dense);
    }

    private static double Gap(Vector<double> sigma, int rank) =>
        rank >= sigma.Count ? double.MaxValue : sigma[rank - 1] - sigma[rank];

    private static double[,] Scaled(double[,] matrix, double factor)
    {
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            for (var j = 0; j < matrix.GetLength(1); j++)
            {
                matrix[i, j] *= factor;
            }
        }

        return matrix;
    }

    private static void Fill(Random random, double[,] matrix)
    {
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            for (var j = 0; j < matrix.GetLength(1); j++)
            {
                matrix[i, j] = random.NextDouble() - 0.5;
            }
        }
    }
}
