using FsCheck.Xunit;
using MathNet.Numerics.LinearAlgebra;

namespace Federated.Aggregation.Tests;

public sealed class JacobiSvdTests
{
    /// <summary>Several blocks of rows, an odd number of them, and now and then a rank below the size or numbers far from one.</summary>
    [Property(MaxTest = 40)]
    public void It_is_the_decomposition_of_MathNet(int seed)
    {
        var random = new Random(seed);
        var (size, rank) = (random.Next(1, 90), random.Next(1, 120));
        var matrix = Matrix<double>.Build.Dense(size, size, (_, _) => random.NextDouble() - 0.5);
        if (rank < size)
        {
            matrix = matrix.SubMatrix(0, size, 0, rank) * matrix.SubMatrix(0, rank, 0, size);
        }

        // MathNet takes numbers far below one for zeros: it gets the matrix as it is.
        var scale = Math.Pow(10, random.Next(-30, 30));
        var known = matrix.Svd(computeVectors: true).S * scale;
        matrix *= scale;
        var found = JacobiSvd.Of(matrix.ToArray());
        Assert.All(
            known.Zip(found.Values),
            pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-13 * known[0])
        );

        // All components make the matrix again, and the first ones are orthogonal.
        var (left, right) = (Rows(found.Left(size)), Rows(found.Right(size)));
        Assert.InRange((left.TransposeThisAndMultiply(right) - matrix).FrobeniusNorm(), 0, 1e-13 * size * known[0]);
        var gram = right * right.Transpose();
        for (var i = 0; i < Math.Min(rank, size); i++)
        {
            for (var j = 0; j < i; j++)
            {
                Assert.InRange(Math.Abs(gram[i, j]), 0, 1e-12 * Math.Sqrt(found.Values[i] * found.Values[j]));
            }
        }
    }

    /// <summary>No direction to be found at all, one alone, all equally long, or each far below the one before: down to where squares vanish.</summary>
    [Theory]
    [InlineData(1, 0.0, 1.0)]
    [InlineData(40, 0.0, 1.0)]
    [InlineData(40, 1.0, 1.0)]
    [InlineData(40, 1.0, 0.0)]
    [InlineData(40, 1.0, 1e-8)]
    [InlineData(40, 1e-290, 0.5)]
    [InlineData(40, 1e150, 0.5)]
    public void Matrices_without_full_rank_or_of_extreme_size_are_decomposed(int size, double first, double ratio)
    {
        var matrix = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            // Neither diagonal nor in order.
            matrix[i, (i + 7) % size] = first * Math.Pow(ratio, (i * 3) % size);
        }

        var svd = JacobiSvd.Of((double[,])matrix.Clone());
        var (left, right) = (svd.Left(size), svd.Right(size));

        Assert.Equal(first, svd.Values[0], 1e-15 * first);
        Assert.All(svd.Values, value => Assert.InRange(value, 0, first * (1 + 1e-15)));
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                var made = Enumerable.Range(0, size).Sum(k => left[k][i] * right[k][j]);
                Assert.InRange(Math.Abs(made - matrix[i, j]), 0, 1e-14 * first);
            }
        }
    }

    [Fact]
    public async Task The_bits_are_the_same_on_one_thread_and_on_many()
    {
        var random = new Random(2);
        var matrix = new double[150, 150];
        for (var i = 0; i < matrix.Length; i++)
        {
            matrix[i / 150, i % 150] = random.NextDouble() - 0.5;
        }

        double[] Bits()
        {
            var svd = JacobiSvd.Of((double[,])matrix.Clone());
            return [.. svd.Values, .. svd.Left(9).SelectMany(x => x), .. svd.Right(9).SelectMany(x => x)];
        }

        // Loops run on the scheduler of their task; this one has a single thread.
        var alone = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        Assert.Equal(
            Bits(),
            await Task.Factory.StartNew(Bits, CancellationToken.None, TaskCreationOptions.None, alone)
        );
    }

    private static Matrix<double> Rows(double[][] rows) => Matrix<double>.Build.DenseOfRowArrays(rows);
}
