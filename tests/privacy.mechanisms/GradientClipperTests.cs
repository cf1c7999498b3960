namespace Federated.Privacy.Mechanisms.Tests;

public sealed class GradientClipperTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void The_gradients_themselves_are_left_as_they_were(ScalarType type)
    {
        using var rows = tensor(
                new double[,]
                {
                    { 3, -4, 0.5 },
                    { double.NaN, 1, 2 },
                }
            )
            .to(type);
        var before = rows.to(float64).data<double>().ToArray();

        Some.Clipped(rows);

        Assert.Equal(before, rows.to(float64).data<double>().ToArray());
    }

    [Fact]
    public void A_gradient_over_the_bound_is_scaled_to_the_bound()
    {
        var clipped = Some.Clipped(
            tensor(
                new float[,]
                {
                    { 3, 4 },
                }
            ),
            maxGradNorm: 2
        );
        Assert.Equal(1.2, clipped[0], 1e-3);
        Assert.Equal(1.6, clipped[1], 1e-3);
        Assert.True(Norm(clipped) <= 2);
    }

    [Fact]
    public void A_gradient_within_the_bound_is_kept()
    {
        var clipped = Some.Clipped(
            tensor(
                new float[,]
                {
                    { 0.3f, -0.4f },
                }
            )
        );
        Assert.Equal(0.3, clipped[0], 1e-5);
        Assert.Equal(-0.4, clipped[1], 1e-5);
    }

    [Fact]
    public void Rows_are_clipped_each_for_itself_and_added()
    {
        var clipped = Some.Clipped(
            tensor(
                new float[,]
                {
                    { 30, 40 },
                    { 0.1f, 0.2f },
                    { 0, 0 },
                    { -0.5f, 0 },
                }
            )
        );
        Assert.Equal(0.6 + 0.1 - 0.5, clipped[0], 1e-3);
        Assert.Equal(0.8 + 0.2, clipped[1], 1e-3);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_row_that_is_not_finite_is_dropped_whole_and_counted(float bad)
    {
        var clipper = new GradientClipper(Some.Batch(2), 3, 1);
        clipper.Clip(
            tensor(
                new float[,]
                {
                    { bad, 1e6f, 2 },
                    { 0, 0.5f, 0 },
                }
            )
        );
        Assert.Equal(1, clipper.DroppedRows);
        var sum = NonPrivateMechanism.Release(clipper.Complete(), 1).Values.ToArray();
        Assert.Equal([0f, 0.5f, 0f], sum);
    }

    [Fact]
    public void An_all_zero_gradient_adds_zero_and_is_within_the_bound()
    {
        using var sum = Some.Sum(zeros(2, 3), maxGradNorm: 1e-30);
        Assert.Equal(2, sum.WithinBound);
        Assert.Equal(new long[3], sum.Take());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Each_precision_is_clipped_in_double(ScalarType type)
    {
        // Squares of these leave float32 in both directions.
        using var rows = tensor(
                new double[,]
                {
                    { 3e30, 4e30 },
                    { 3e-30, 4e-30 },
                }
            )
            .to(type);
        using var sum = Some.Sum(rows, maxGradNorm: 5e-30);
        var values = sum.Take().Select(value => value * sum.Grid.Unit / 5e-30).ToArray();
        Assert.Equal(1.2, values[0], 1e-3);
        Assert.Equal(1.6, values[1], 1e-3);
    }

    [Theory]
    [InlineData(3e38f)]
    [InlineData(1e-44f)]
    public void Huge_and_subnormal_values_stay_inside_the_bound(float value) =>
        Assert.True(Norm(Some.Clipped(full([1, 1000], value))) <= 1);

    [Fact]
    public void An_empty_batch_gives_a_zero_sum()
    {
        var clipper = new GradientClipper(Some.Batch(0), 4, 1);
        clipper.Clip(zeros(0, 4));
        Assert.Equal(new float[4], NonPrivateMechanism.Release(clipper.Complete(), 1).Values.ToArray());
    }

    [Fact]
    public void Microbatches_and_any_order_give_the_same_integers()
    {
        using var rows = tensor(Some.Normal(12 * 50, 1).ToArray()).reshape(12, 50) * 3;
        var whole = Some.Sum(rows).Take();
        var clipper = new GradientClipper(Some.Batch(12), 50, 1);
        clipper.Clip(rows.narrow(0, 7, 5));
        clipper.Clip(rows.narrow(0, 0, 7));
        Assert.Equal(whole, clipper.Complete().Take());
    }

    [Fact]
    public void One_unit_moves_the_integer_sum_by_at_most_the_radius()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            using var rows =
                tensor(Some.Normal(4 * 301, seed).ToArray()).reshape(4, 301) * Math.Pow(10, (seed % 7) - 3);
            using var with = Some.Sum(rows);
            using var without = Some.Sum(rows.narrow(0, 0, 3));
            var moved = with.Take().Zip(without.Take(), (a, b) => (double)(a - b)).Sum(d => d * d);
            Assert.True(moved <= with.Grid.Radius * with.Grid.Radius, $"seed {seed}: {moved}");
        }
    }

    [Fact]
    public void Shrinking_for_the_grid_costs_at_most_1e_minus_4()
    {
        foreach (var dimension in new[] { 1, 100, 300_000, 100_000_000 })
        {
            var grid = new IntegerGrid(dimension, 1);
            Assert.InRange(grid.RadiusBeforeRounding / grid.Radius, 1 - 1e-4, 1);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new IntegerGrid(1_000_000_000, 1));
    }

    [Fact]
    public void Wrong_shapes_types_and_row_counts_are_refused_and_nothing_is_added()
    {
        var clipper = new GradientClipper(Some.Batch(1), 2, 1);
        Assert.Throws<ArgumentException>(() => clipper.Clip(ones(1, 3)));
        Assert.Throws<ArgumentException>(() => clipper.Clip(ones(2)));
        Assert.Throws<ArgumentException>(() => clipper.Clip(tensor(1f)));
        Assert.Throws<ArgumentException>(() => clipper.Clip(ones(1, 2).to(bfloat16)));
        Assert.Throws<ArgumentException>(() => clipper.Clip(ones(2, 2)));
        Assert.Throws<InvalidOperationException>(clipper.Complete);
        clipper.Clip(zeros(1, 2));
        Assert.Equal([0f, 0f], NonPrivateMechanism.Release(clipper.Complete(), 1).Values.ToArray());
        Assert.Throws<InvalidOperationException>(() => clipper.Clip(zeros(0, 2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_bound_that_is_not_positive_and_finite_is_refused(double bound) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientClipper(Some.Batch(1), 2, bound));

    [Fact]
    public void A_model_without_parameters_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientClipper(Some.Batch(1), 0, 1));

    [Fact]
    public void A_batch_is_summed_once_and_a_sum_is_released_once()
    {
        var batch = Some.Batch(0);
        using var sum = new GradientClipper(batch, 2, 1).Complete();
        Assert.Throws<InvalidOperationException>(() => new GradientClipper(batch, 2, 1));
        using var noise = Some.Noise();
        GaussianMechanism.Release(sum, 1, 1, noise);
        Assert.Throws<InvalidOperationException>(() => GaussianMechanism.Release(sum, 1, 1, noise));
    }

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(v => (double)v * v));
}
