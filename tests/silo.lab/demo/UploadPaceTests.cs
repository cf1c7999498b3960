using Federated.Lab.Demo.Links;

namespace Federated.Lab.Tests.Demo;

public sealed class UploadPaceTests
{
    private static readonly TimeProvider Time = TimeProvider.System;

    [Fact]
    public void What_fits_the_burst_passes_at_once()
    {
        var pace = new UploadPace(1000, 500, Time);

        Assert.Equal(TimeSpan.Zero, pace.Take(500, 0));
    }

    [Fact]
    public void What_goes_over_the_burst_waits_at_the_rate()
    {
        var pace = new UploadPace(1000, 500, Time);

        Assert.Equal(TimeSpan.FromSeconds(2), pace.Take(2500, 0));
    }

    [Fact]
    public void Quiet_time_fills_the_burst_again_but_no_more()
    {
        var pace = new UploadPace(1000, 500, Time);
        pace.Take(500, 0);

        Assert.Equal(TimeSpan.FromSeconds(0.5), pace.Take(1000, 60 * Time.TimestampFrequency));
    }
}
