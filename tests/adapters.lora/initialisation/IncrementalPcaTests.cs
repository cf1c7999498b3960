using MathNet.Numerics.LinearAlgebra;

namespace Federated.Adapters.Tests;

public sealed class IncrementalPcaTests
{
    [Fact]
    public void Rows_in_pieces_give_the_right_singular_vectors_of_all_of_them()
    {
        var (rows, width) = (Rows(400, 20), 20);
        var pca = new IncrementalPca(width, components: 6);
        foreach (var row in rows)
        {
            pca.Add([.. row]);
        }

        var (directions, shares) = pca.Components();
        var exact = Matrix<double>.Build.DenseOfRows(rows).Svd();
        var energy = exact.S.Sum(value => value * value);
        Assert.Equal((400, 6), (pca.Rows, directions.Length));
        Assert.Equal(energy, pca.Energy, energy * 1e-12);
        for (var i = 0; i < 4; i++)
        {
            var cosine = exact.VT.Row(i) * Vector<double>.Build.Dense(directions[i]);
            Assert.True(Math.Abs(cosine) > 0.999, $"direction {i}: cosine {cosine}");
            Assert.Equal(exact.S[i] * exact.S[i] / energy, shares[i], 1e-3);
        }
    }

    [Fact]
    public void Rows_of_few_directions_give_only_those()
    {
        var pca = new IncrementalPca(width: 8, components: 5);
        for (var i = 0; i < 100; i++)
        {
            pca.Add([i, 0, 100 - i, 0, 0, 0, 0, 0]);
        }

        var (directions, shares) = pca.Components();
        Assert.Equal(2, directions.Length);
        Assert.Equal(1, shares.Sum(), 1e-12);
        Assert.All(directions, direction => Assert.Equal(0, direction[1..2].Concat(direction[3..]).Sum(Math.Abs)));
    }

    // Falling strengths along the axes of a random rotation.
    private static double[][] Rows(int count, int width)
    {
        var random = new Random(5);
        var axes = Matrix<double>.Build.Dense(width, width, (_, _) => random.NextDouble() - 0.5).QR().Q;
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                    (
                        axes
                        * Vector<double>.Build.Dense(
                            width,
                            i => (random.NextDouble() - 0.5) * (i < 4 ? 8.0 / (1 << i) : 0.2)
                        )
                    ).ToArray()
                ),
        ];
    }
}
