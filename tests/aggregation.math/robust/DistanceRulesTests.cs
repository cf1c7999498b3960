using FsCheck.Xunit;

namespace Federated.Aggregation.Tests;

public sealed class DistanceRulesTests
{
    [Property(MaxTest = 30)]
    public void Distances_from_a_combination_need_no_vectors(int seed)
    {
        var (vectors, random) = Vectors(seed, 6);
        var shares = vectors.Select(_ => random.NextDouble()).ToArray();
        var combined = Grams.Combine(vectors, shares);
        var distances = Grams.Of(vectors).DistancesFrom(shares);
        Assert.All(
            vectors.Zip(distances),
            pair => Assert.Equal(Distance(pair.First, combined), pair.Second, 1e-6 * (1 + pair.Second))
        );
    }

    [Property(MaxTest = 30)]
    public void The_geometric_median_has_the_least_sum_of_distances(int seed)
    {
        var (vectors, random) = Vectors(seed, 7);
        var weights = vectors.Select(_ => 0.5 + random.NextDouble()).ToArray();
        var shares = DistanceRules.GeometricMedian(Grams.Of(vectors), weights, 200);
        var best = Cost(Grams.Combine(vectors, shares));
        Assert.Equal(1, shares.Sum(), 1e-12);
        for (var trial = 0; trial < 20; trial++)
        {
            var other = vectors[0].Select(_ => (random.NextDouble() * 2) - 1).ToArray();
            Assert.InRange(best, 0, Cost(other) * (1 + 1e-6));
        }

        Assert.All(vectors, vector => Assert.InRange(best, 0, Cost(vector) * (1 + 1e-6)));

        double Cost(double[] point) => vectors.Zip(weights, (x, w) => w * Distance(x, point)).Sum();
    }

    [Fact]
    public void A_far_away_third_does_not_move_the_geometric_median_far()
    {
        double[][] vectors =
        [
            [1, 0],
            [1, 0.1],
            [0.9, 0],
            [1.1, 0],
            [1e30, 1e30],
            [1e30, 1e30],
        ];
        var shares = DistanceRules.GeometricMedian(Grams.Of(vectors), [1, 1, 1, 1, 1, 1], 8);
        Assert.InRange(Distance(Grams.Combine(vectors, shares), [1, 0]), 0, 1);
    }

    [Fact]
    public void Centered_clipping_moves_by_its_radius_at_most()
    {
        double[][] vectors =
        [
            [3, 4],
            [3, 4],
            [-1e30, 0],
        ];
        var shares = DistanceRules.CenteredClip(Grams.Of(vectors), [1, 1, 1], 1, 3);
        var result = Grams.Combine(vectors, shares);
        Assert.InRange(Math.Sqrt((result[0] * result[0]) + (result[1] * result[1])), 0, 3);
        // Two thirds pull by 1 towards (3, 4), one third to the left.
        Assert.True(result[1] > 0.5, $"{result[0]}, {result[1]}");
    }

    [Fact]
    public void Centered_clipping_without_outliers_is_the_mean()
    {
        double[][] vectors =
        [
            [1, 0],
            [0, 1],
            [2, 2],
        ];
        var shares = DistanceRules.CenteredClip(Grams.Of(vectors), [1, 2, 1], 100, 3);
        Assert.Equal([0.25, 0.5, 0.25], shares.Select(share => Math.Round(share, 12)));
    }

    [Property(MaxTest = 30)]
    public void Krum_chooses_one_of_the_crowd(int seed)
    {
        var (vectors, random) = Vectors(seed, 9);
        // Two of nine are elsewhere, together.
        vectors[3] = [.. vectors[3].Select(_ => 50.0)];
        vectors[7] = [.. vectors[7].Select(_ => 50.0 + (random.NextDouble() * 1e-3))];
        var weights = vectors.Select(_ => 1.0).ToArray();
        var one = DistanceRules.Krum(Grams.Of(vectors), weights, 2, 1);
        Assert.Equal((0.0, 0.0, 1.0), (one[3], one[7], one.Max()));
        var seven = DistanceRules.Krum(Grams.Of(vectors), weights, 2, 7);
        Assert.Equal((0.0, 0.0), (seven[3], seven[7]));
        Assert.Equal(7, seven.Count(share => Math.Abs(share - (1.0 / 7)) < 1e-12));
    }

    private static (double[][] Vectors, Random Random) Vectors(int seed, int count)
    {
        var random = new Random(seed);
        return (
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(_ => Enumerable.Range(0, 5).Select(_ => (random.NextDouble() * 2) - 1).ToArray()),
            ],
            random
        );
    }

    private static double Distance(double[] left, double[] right) =>
        Math.Sqrt(left.Zip(right, (x, y) => (x - y) * (x - y)).Sum());
}
