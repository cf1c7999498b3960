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
