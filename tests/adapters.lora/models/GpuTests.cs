using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

/// <summary>The same numbers on a GPU, where one is there and the build can use it (-p:TorchBackend=cuda).</summary>
public sealed class GpuTests
{
    [Theory]
    [InlineData(BasePrecision.Full, 1e-3)]
    [InlineData(BasePrecision.BFloat16, 5e-2)]
    [InlineData(BasePrecision.EightBit, 1e-3)]
    [InlineData(BasePrecision.Nf4, 1e-3)]
    public void Loss_and_per_example_gradients_are_those_of_the_processor(BasePrecision precision, double error)
    {
        Assert.SkipUnless(cuda.is_available(), "There is no GPU that this build can use.");
        var (cpuLoss, cpuRows) = Run(precision, CPU);
        var (gpuLoss, gpuRows) = Run(precision, new Device(DeviceType.CUDA, 0));

        Assert.Equal(cpuLoss, gpuLoss, error * Math.Abs(cpuLoss));
        var difference = Math.Sqrt(cpuRows.Zip(gpuRows).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));
        Assert.InRange(difference / Math.Sqrt(cpuRows.Sum(value => (double)value * value)), 0, error);
    }

    private static (double Loss, float[] Rows) Run(BasePrecision precision, Device device)
    {
        using var scope = NewDisposeScope();
        using var loaded = BaseModel.Load(RepositoryFolder.BaseDocs, precision, device);
        var layout = AdapterLayout.For(ModelShapes.Of(RepositoryFolder.BaseDocs).Linears, Some.Options());
        using var adapter = new LoraAdapter(loaded.Model, layout);
        adapter.SetValues(Some.Values(layout));
        using var batch = TokenBatch.Of(
            [
                [1, 50, 60, 70],
                [1, 99, 12],
            ],
            loaded.Model.Device
        );
        var (nats, _) = loaded.Model.TotalLoss(batch);
        return (nats, PerExampleGradients.Compute(adapter, batch).cpu().data<float>().ToArray());
    }
}
