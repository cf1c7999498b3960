using FsCheck;
using FsCheck.Xunit;

namespace Federated.Adapters.Tests;

public sealed class ActiveDirectionsTests
{
    private static readonly AdapterLayout Layout = Some.Layout(); // B is [16, 3] and [7, 3], one scale

    [Fact]
    public void Columns_that_are_not_zero_are_active_and_a_projection_clears_the_rest()
    {
        var values = Columns((0, 1, 2), (1, 0, -1));
        values[0] = 1e-30f; // column 0 of the first layer: almost nothing is not nothing
        var active = ActiveDirections.Of(Layout, values);
        Assert.Equal([2, 1], active.Counts);

        float[] other = [.. Enumerable.Repeat(5f, (int)Layout.Count)];
        active.Project(other);
        Assert.Equal(active.Mask().Select(one => 5 * one), other);
        Assert.Equal((2 * 16) + 7, active.Mask().Sum());
        Assert.Equal([5, 5, 0], other[..3]);
        Assert.Equal([5, 0, 0], other[48..51]);
    }

    [Fact]
    public void The_strongest_are_kept_over_all_layers_whatever_the_length_of_their_columns()
    {
        // In total the second column of the long layer is longer than any of the short one.
        var values = Columns((0, 0, 3), (0, 1, 1.5f), (1, 0, 2), (1, 2, 1));
        var active = ActiveDirections.Of(Layout, values);
        Assert.Equal([1, 1], active.Strongest(values, 2).Counts);
        Assert.Equal([2, 1], active.Strongest(values, 3).Counts);
        Assert.Equal([2, 2], active.Strongest(values, 9).Counts);
        Assert.Equal([1, 0], active.Strongest(values, 1).Counts);
    }

    [Fact]
    public void A_layer_that_is_scaled_more_counts_more()
    {
        var layout = AdapterLayout.For(
            [new("layers.0.q_proj", 16, 16), new("layers.0.v_proj", 16, 7)],
            new(3, 6, LoraScaling.Lora, ["q_proj", "v_proj"], 0)
            {
                RankPattern = new Dictionary<string, int> { ["q_proj"] = 1 },
            }
        );
        // Scale 6 against 2.
        float[] values = [.. Enumerable.Repeat(1f, 16), .. Enumerable.Repeat(2f, 21)];
        Assert.Equal([1, 0], ActiveDirections.Of(layout, values).Strongest(values, 1).Counts);
    }

    [Fact]
    public void What_is_given_up_does_not_come_back()
    {
        var active = ActiveDirections.Of(Layout, Columns((0, 0, 1)));
        Assert.Equal([1, 0], active.Strongest(Columns((0, 1, 9), (1, 1, 9)), 3).Counts);
    }

    [Property(MaxTest = 200)]
    public void A_schedule_falls_from_all_to_the_target(PositiveInt target, PositiveInt from, PositiveInt length)
    {
        var schedule = new RankSchedule(target.Get, from.Get, from.Get + length.Get);
        var counts = Enumerable.Range(0, from.Get + length.Get + 3).Select(t => schedule.CountAt(t, Layout)).ToList();
        Assert.Equal(6, counts[from.Get]);
        Assert.Equal(Math.Min(6, 2 * target.Get), counts[^1]);
        Assert.Equal(counts[^1], counts[from.Get + length.Get]);
        Assert.Equal(counts.OrderDescending(), counts);
    }

    [Fact]
    public void The_curve_is_cubic_and_no_version_up_to_its_beginning_has_fewer()
    {
        var layout = AdapterLayout.For([new("q_proj", 128, 128)], new(100, 1, LoraScaling.Lora, ["q_proj"], 0));
        var schedule = new RankSchedule(20, 2, 6);
        Assert.Equal(
            [100, 100, 100, 54, 30, 21, 20, 20],
            Enumerable.Range(0, 8).Select(t => schedule.CountAt(t, layout))
        );
        Assert.Null(schedule.Of(2, layout, new float[layout.Count]));
        Assert.Equal([0], schedule.Of(3, layout, new float[layout.Count])!.Counts);
    }

    [Fact]
    public void Only_over_a_frozen_A_is_a_direction_one_column()
    {
        var both = AdapterLayout.For(
            [new("q_proj", 8, 8)],
            new(2, 1, LoraScaling.Lora, ["q_proj"], 0) { Factors = TrainedFactors.AB }
        );
        Assert.Throws<ArgumentException>(() => ActiveDirections.Of(both, both.InitialValues()));
        Assert.Throws<ArgumentException>(() => ActiveDirections.Of(Layout, new float[3]));
    }

    private static float[] Columns(params (int Layer, int Column, float Value)[] columns)
    {
        var values = new float[Layout.Count];
        foreach (var (layer, column, value) in columns)
        {
            var tensor = Layout.Tensors[layer];
            for (var row = 0; row < tensor.OutFeatures; row++)
            {
                values[(int)tensor.OffsetOfB + (row * tensor.Rank) + column] = value;
            }
        }

        return values;
    }
}
