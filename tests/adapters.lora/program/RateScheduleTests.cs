namespace Federated.Adapters.Tests;

public sealed class RateScheduleTests
{
    [Theory]
    [InlineData(ScheduleKind.Constant, new[] { 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1 })]
    [InlineData(ScheduleKind.Linear, new[] { 0.25, 0.5, 0.75, 1, 1, 0.75, 0.5, 0.25, 0.25 })]
    public void It_rises_in_a_line_and_then_does_what_its_name_says(ScheduleKind kind, double[] expected)
    {
        var schedule = new RateSchedule(kind, 4, 8);
        Assert.Equal(expected, Enumerable.Range(0, 9).Select(step => schedule.At(step)));
    }

    [Fact]
    public void A_cosine_falls_through_the_half_and_never_reaches_zero()
    {
        var schedule = new RateSchedule(ScheduleKind.Cosine, 0, 10);
        Assert.Equal(1, schedule.At(0));
        Assert.Equal(0.5, schedule.At(5), 1e-12);
        var all = Enumerable.Range(0, 12).Select(step => schedule.At(step)).ToList();
        Assert.Equal(all.OrderDescending(), all);
        Assert.All(all, factor => Assert.InRange(factor, 1e-3, 1));
    }

    [Fact]
    public void It_goes_on_from_version_to_version()
    {
        var program = new LocalProgram
        {
            Steps = 6,
            Accumulation = 2,
            Optimizer = new("sgd", 1),
            Schedule = new(ScheduleKind.Linear, 0, 12),
        };
        Assert.Equal(program.RateAt(0, 2), program.RateAt(0, 3) + (1.0 / 12), 1e-12);
        Assert.Equal(program.RateAt(0, 3), program.RateAt(1, 0));
        Assert.Equal(1 - (11.0 / 12), program.RateAt(3, 2), 1e-12);
    }
}
