namespace Federated.Protocol.Tests;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("0s", 0)]
    [InlineData("250ms", 250)]
    [InlineData("30s", 30_000)]
    [InlineData("10m", 600_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("30d", 2_592_000_000)]
    public void A_number_and_a_unit_are_read(string text, long milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(milliseconds, (long)duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("m")]
    [InlineData("-1m")]
    [InlineData("10 m")]
    [InlineData("10M")]
    [InlineData("10min")]
    [InlineData("1e3s")]
    [InlineData("0.5ms")]
    [InlineData("36501d")]
    [InlineData("99999999999999999999999999999d")]
    public void Anything_else_is_not_a_duration(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData("90m", "1.5h")]
    [InlineData("1d", "24h")]
    [InlineData("0s", "0ms")]
    [InlineData("1001ms", "1.001s")]
    public void Equal_durations_are_written_alike(string written, string text)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(written, Durations.Format(duration));
    }
}
