using FsCheck.Xunit;

namespace Federated.Aggregation.Tests;

public sealed class LayerMergeTests
{
    private const int M = 18;
    private const int N = 14;

    [Property(MaxTest = 40)]
    public void The_exact_merge_is_the_version_and_the_weighted_changes_whatever_the_bases(int seed)
    {
        var random = new Random(seed);
        var (previous, older) = (Pair(random, 3), Pair(random, 3));
        LayerUpdate[] updates =
        [
            new(random.NextDouble() - 0.2, previous, Pair(random, 3)),
            new(random.NextDouble() - 0.2, older, Pair(random, 3)),
            new(random.NextDouble() - 0.2, previous, Pair(random, 3)),
        ];
        var expected = ProductSumTests.Of(previous);
        foreach (var update in updates)
        {
            expected += update.Coefficient * (ProductSumTests.Of(update.After) - ProductSumTests.Of(update.Base));
        }

        var merge = new LayerMerge(previous, updates);
        var exact = merge.Exact().Dense();
        Assert.InRange(
            (MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfArray(exact) - expected).FrobeniusNorm(),
            0,
            1e-13
        );

        // B̄ Ā and what it leaves out make M again.
        var whole = new ProductSum(M, N).Add(1, merge.Average()).Add(1, merge.AveragingLoss().Stack());
        Assert.InRange(whole.Add(-1, merge.Exact().Stack()).Norm(), 0, 1e-13);
    }

    [Fact]
    public void One_node_with_coefficient_one_gives_that_nodes_product_by_every_method()
    {
        var random = new Random(2);
        var (previous, after) = (Pair(random, 3), Pair(random, 3));
        var merge = new LayerMerge(previous, [new(1, previous, after)]);
        Close(after, merge.Average());
        Close(after, merge.Svd(null, 4).Kept);
        Assert.InRange(merge.Svd(null, 4).DroppedTail, 0, 1e-14);
        Assert.InRange(merge.AveragingLoss().Norm(), 0, 1e-14);
        Assert.InRange(
            new ProductSum(M, N).Add(1, previous).Add(1, merge.Change().Stack()).Add(-1, after).Norm(),
            0,
            1e-14
        );
    }

    [Fact]
    public void With_one_frozen_A_nothing_is_lost_by_averaging()
    {
        var random = new Random(4);
        var previous = Pair(random, 3);
        var updates = Enumerable
            .Range(0, 4)
            .Select(_ => new LayerUpdate(0.4, previous, new FactorPair(Pair(random, 3).B, previous.A)))
            .ToArray();
        Assert.InRange(new LayerMerge(previous, updates).AveragingLoss().Norm(), 0, 1e-15);
    }

    [Fact]
    public void The_merged_factors_lie_nearest_to_those_before()
    {
        var random = new Random(6);
        var previous = Pair(random, 3);
        // The node has only rotated its factors: the same product, so the same factors as before come out.
        var rotated = Gauge.Align(previous, Pair(random, 3));
        Assert.True(Distance(rotated, previous) > 0.5);
        Assert.InRange(
            Distance(new LayerMerge(previous, [new(1, previous, rotated)]).Svd(null, 0).Kept, Balanced(previous)),
            0,
            1e-12
        );
    }

    [Fact]
    public void What_one_merge_could_not_publish_comes_with_the_next_one()
    {
        var random = new Random(8);
        var previous = Pair(random, 2);
        LayerUpdate[] updates =
        [
            .. Enumerable.Range(0, 3).Select(_ => new LayerUpdate(0.5, previous, Pair(random, 2))),
        ];
        var merge = new LayerMerge(previous, updates);
        var first = merge.Svd(null, 100);
        Assert.InRange(first.Lost, 0, 1e-13);
        // Nothing new arrives: the exact merge is the published one and the carried tail.
        var second = new LayerMerge(first.Kept, []).Svd(first.Tail, 100);
        Assert.Equal(first.DroppedTail, second.DroppedTail, 1e-12);
        var whole = new ProductSum(M, N).Add(1, second.Kept).Add(1, second.Tail).Add(-1, merge.Exact().Stack());
        Assert.InRange(whole.Norm(), 0, 1e-12);
    }

    [Fact]
    public void A_component_without_weight_keeps_a_row_of_A_to_be_trained_again()
    {
        var zero = FactorPair.Zero(M, 3, N);
        var merged = new LayerMerge(zero, [new(1, zero, Pair(new Random(9), 1))]).Svd(null, 0).Kept;
        Assert.Equal(3, merged.Rank);
        var rows = merged.A;
        Assert.All(Enumerable.Range(0, 3), k => Assert.True(VectorKernels.Dot(rows[k], rows[k]) > 1e-3));
    }

    [Fact]
    public void Factors_of_different_ranks_are_merged_by_product_and_not_averaged()
    {
        var random = new Random(10);
        var previous = FactorPair.Zero(M, 4, N);
        var merge = new LayerMerge(
            previous,
            [new(0.5, previous, Pair(random, 2)), new(0.5, previous, Pair(random, 5))]
        );
        Assert.Equal(4, merge.Svd(null, 0).Kept.Rank);
        Assert.Equal(7, merge.Change().Stack().Rank);
        Assert.Contains(
            "svd",
            Assert.Throws<ArgumentException>(() => merge.Average()).Message,
            StringComparison.Ordinal
        );
    }

    private static FactorPair Pair(Random random, int rank) => ProductSumTests.Pair(random, M, N, rank);

    // The same product with its singular values shared evenly, in the gauge nearest to the pair.
    private static FactorPair Balanced(FactorPair pair) =>
        Gauge.Align(new ProductSum(M, N).Add(1, pair).Truncate(pair.Rank).Kept, pair);

    private static void Close(FactorPair expected, FactorPair actual) =>
        Assert.InRange(new ProductSum(M, N).Add(1, expected).Add(-1, actual).Norm(), 0, 1e-13);

    private static double Distance(FactorPair left, FactorPair right)
    {
        var squares = 0.0;
        for (var k = 0; k < left.Rank; k++)
        {
            squares += left.B[k].ToArray().Zip(right.B[k].ToArray()).Sum(p => Math.Pow(p.First - p.Second, 2));
            squares += left.A[k].ToArray().Zip(right.A[k].ToArray()).Sum(p => Math.Pow(p.First - p.Second, 2));
        }

        return Math.Sqrt(squares);
    }
}
