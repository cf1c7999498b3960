using System.Runtime.InteropServices;
using TorchSharp;

namespace Federated.Adapters;

/// <summary>How many threads libtorch uses, and how they wait.</summary>
public static partial class TorchThreads
{
    /// <summary>Must be called before the first tensor is made.</summary>
    /// <param name="threads">Threads of one tensor operation, ≥ 1. 1 is fastest where several nodes share a machine.</param>
    /// <remarks>
    /// OpenMP's threads spin at barriers by default, which costs a busy machine several times the step itself. libgomp reads
    /// OMP_WAIT_POLICY from the C environment when libtorch loads it, and .NET's own environment never gets there on Unix: hence
    /// setenv. A value that the owner has set is kept.
    /// </remarks>
    public static void Prepare(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        if (!OperatingSystem.IsWindows())
        {
            _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", 0);
        }

        torch.set_num_threads(threads);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
