using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

/// <summary>
/// Tensors alive in the whole process. Those that a test before dropped go when their finaliser runs, which may be at any time: so they
/// are waited for beforehand, and fewer than before is no fault.
/// </summary>
internal static class LivingTensors
{
    public static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    /// <summary>Nothing is alive that was not <paramref name="before"/>.</summary>
    public static void AssertNoMoreThan(long before)
    {
        var now = Count();
        Assert.True(now <= before, $"{now - before} tensors more than before");
    }
}
