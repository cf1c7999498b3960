namespace Federated.Silo.Tests;

public sealed class LiveLineTests
{
    [Theory]
    [InlineData("medquad  running", 60, "medquad  running")]
    [InlineData("medquad  running", 16, "medquad  runni…")]
    [InlineData("medquad  running", 17, "medquad  running")]
    // A terminal that has not said how wide it is.
    [InlineData("medquad  running", 0, "medquad  running")]
    public void A_line_that_is_written_over_never_wraps(string text, int width, string shown) =>
        Assert.Equal(shown, LiveLine.Fit(text, width));
}
