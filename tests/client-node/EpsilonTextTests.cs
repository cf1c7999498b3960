using System.Globalization;

namespace Federated.ClientNode.Tests;

public sealed class EpsilonTextTests
{
    [Theory]
    [InlineData(6.18773181982, 6, "6.187732", "6.187731")]
    [InlineData(2.0001, 3, "2.001", "2.000")]
    [InlineData(0.0000155512345, 6, "0.0000155513", "0.0000155512")]
    [InlineData(0, 3, "0.000", "0.000")]
    [InlineData(3, 3, "3.000", "3.000")]
    [InlineData(double.PositiveInfinity, 4, "Infinity", "Infinity")]
    public void Few_digits_still_bound(double epsilon, int digits, string upper, string lower)
    {
        Assert.Equal(upper, EpsilonText.Upper(epsilon, digits));
        Assert.Equal(lower, EpsilonText.Lower(epsilon, digits));
    }

    [Fact]
    public void What_is_printed_never_claims_more_than_was_proved()
    {
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var epsilon = Math.Exp((random.NextDouble() * 40) - 30);
            var (upper, lower) = (
                double.Parse(EpsilonText.Upper(epsilon, 4), CultureInfo.InvariantCulture),
                double.Parse(EpsilonText.Lower(epsilon, 4), CultureInfo.InvariantCulture)
            );
            Assert.InRange(epsilon, lower * (1 - 1e-15), upper * (1 + 1e-15));
            Assert.InRange(upper - lower, 0, 1.1e-4 * Math.Max(1, epsilon));
        }
    }
}
