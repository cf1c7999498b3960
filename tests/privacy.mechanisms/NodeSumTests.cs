using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms.Tests;

public sealed class NodeSumTests
{
    [Fact]
    public void The_sum_is_that_of_the_vectors_when_the_noise_is_small()
    {
        using var sum = new NodeSum(3, 10);
        sum.Add([1, 2, 3]);
        sum.Add([-0.5, 0, 4]);
        using var noise = new SecureNoise();
        var released = sum.Release(1e-6, noise);
        Assert.Equal(0.5, released.Values[0], 1e-3);
        Assert.Equal(2, released.Values[1], 1e-3);
        Assert.Equal(7, released.Values[2], 1e-3);
        Assert.True(released.IsPrivate);
        Assert.Equal(new GaussianEvent(1e-6), released.Event);
    }

    [Fact]
    public void A_vector_moves_the_sum_by_its_sensitivity_at_most()
    {
        using var noise = new SecureNoise();
        foreach (var length in new[] { 1.0, 1.0001, 1e3, 1e150 })
        {
            using var sum = new NodeSum(2, 1);
            sum.Add([0.6 * length, -0.8 * length]);
            var values = sum.Release(1e-9, noise).Values;
            Assert.InRange(Math.Sqrt((values[0] * values[0]) + (values[1] * values[1])), 0.9998, 1 + 1e-6);
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e200)]
    public void A_vector_without_a_norm_counts_as_zero(double value)
    {
        using var sum = new NodeSum(2, 1);
        using var noise = new SecureNoise();
        sum.Add([value, 0.5]);
        Assert.Equal(0, sum.Release(1e-9, noise).Values[1], 1e-3);
    }

    [Fact]
    public void The_noise_is_as_large_as_it_says()
    {
        using var sum = new NodeSum(20_000, 0.5);
        using var noise = new SecureNoise();
        var values = sum.Release(2, noise).Values;
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += value * value;
        }

        Assert.Equal(1, Math.Sqrt(squares / values.Length), 0.05);
    }

    [Fact]
    public void A_sum_is_released_once_and_only_with_noise()
    {
        using var sum = new NodeSum(1, 1);
        using var noise = new SecureNoise();
        Assert.Throws<ArgumentOutOfRangeException>(() => sum.Release(0, noise));
        sum.Release(1, noise);
        Assert.Throws<InvalidOperationException>(() => sum.Release(1, noise));
        Assert.Throws<InvalidOperationException>(() => sum.Add([1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_sensitivity_that_is_none_is_refused(double sensitivity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NodeSum(1, sensitivity));

    [Fact]
    public void Test_noise_has_no_guarantee()
    {
        using var identity = NodeIdentity.Create();
        using var noise = new TestNoise("run", 1, identity.Id);
        using var sum = new NodeSum(1, 1);
        var released = sum.Release(1, noise);
        Assert.False(released.IsPrivate);
        Assert.IsType<NonPrivateEvent>(released.Event);
    }
}
