using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

/// <summary>Tensors alive in the whole process, without those that were only waiting for their finaliser: what a test before dropped must not be counted as ours.</summary>
internal static class LivingTensors
{
    public static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
