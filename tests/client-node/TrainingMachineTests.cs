using TorchSharp;

namespace Federated.ClientNode.Tests;

public sealed class TrainingMachineTests
{
    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:99")]
    public void A_device_that_is_not_there_is_refused_by_name(string device)
    {
        var error = Assert.Throws<NodeSettingsException>(() => new TrainingMachine(device).Resolve());
        Assert.Contains(device, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_processor_is_always_there_and_auto_takes_what_is()
    {
        Assert.Equal(DeviceType.CPU, new TrainingMachine("cpu").Resolve().type);
        var expected = torch.cuda.is_available() ? DeviceType.CUDA : DeviceType.CPU;
        Assert.Equal(expected, new TrainingMachine().Resolve().type);
    }
}
