namespace Federated.Privacy.Accounting.Tests;

public sealed class RenyiFilterTests
{
    // q 0.02, σ 0.8 and a budget of ε 8, δ 1e-6: the setting in which one fixed order wastes nearly everything.
    private static readonly PoissonSampledGaussianEvent Step = new(0.02, 0.8);
    private const double Epsilon = 8;
    private const double Delta = 1e-6;

    [Theory]
    [InlineData(new double[] { 4 }, 897)]
    [InlineData(new double[] { 8 }, 3)]
    [InlineData(new double[] { 2, 3, 4, 5, 6, 8, 12, 16, 32, 64 }, 731)]
    public void The_steps_that_a_filter_admits_are_the_known_ones(double[] orders, int steps)
    {
        var filter = new RenyiFilter(orders);
        Assert.True(Cost(steps) <= Epsilon);
        Assert.True(Cost(steps + 1) > Epsilon);

        double Cost(int count) => filter.Epsilon(filter.Divergences(new RepeatedEvent(Step, count)), Delta);
    }

    [Fact]
    public void One_plan_admits_more_steps_than_any_filter()
    {
        // No accountant, however tight, can allow 1 203.
        Assert.True(Accountants.Best(new RepeatedEvent(Step, 1202), Delta).Epsilon <= Epsilon);
        Assert.True(Accountants.Best(new RepeatedEvent(Step, 1203), Delta).EpsilonLower > Epsilon);
    }

    [Fact]
    public void The_public_orders_are_those_of_the_first_release()
    {
        Assert.Equal([2, 3, 4, 5, 6, 8, 12, 16, 32, 64], RenyiFilter.Public.Orders);
    }

    [Fact]
    public void Splitting_delta_costs_what_the_conversion_says()
    {
        var one = new RenyiFilter(4);
        var ten = new RenyiFilter(2, 3, 4, 5, 6, 8, 12, 16, 32, 64);
        var plan = new RepeatedEvent(Step, 700);
        Assert.Equal(
            one.Epsilon(one.Divergences(plan), Delta) + (Math.Log(10) / 3),
            ten.Epsilon(ten.Divergences(plan), Delta),
            1e-12
        );
    }

    [Fact]
    public void An_order_that_is_none_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new RenyiFilter());
        Assert.Throws<ArgumentException>(() => new RenyiFilter(1));
        Assert.Throws<ArgumentException>(() => new RenyiFilter(double.NaN));
        Assert.Throws<ArgumentException>(() => RenyiFilter.Public.Epsilon([1, 2], Delta));
    }
}
