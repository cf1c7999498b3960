using Federated.Lab.Pretrain;

namespace Federated.Lab.Tests.Pretrain;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void The_rate_rises_to_its_peak_and_falls_towards_zero()
    {
        var schedule = new LearningRateSchedule(Steps: 1000, WarmupSteps: 100);

        Assert.Equal(0.01, schedule.At(0), 12);
        Assert.Equal(1, schedule.At(99), 12);
        Assert.Equal(1, schedule.At(100), 12);
        Assert.Equal(0.5, schedule.At(550), 12);
        Assert.Equal(1.0 / 900, schedule.At(999), 12);
    }
}
