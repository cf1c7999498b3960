using TorchSharp;

namespace Federated.Adapters.Tests;

public sealed class TorchLoadsTests
{
    [Fact]
    public void The_native_library_loads_and_multiplies()
    {
        using var product = torch.ones(2, 3).mm(torch.ones(3, 4));
        Assert.Equal(24f, product.sum().item<float>());
    }
}
