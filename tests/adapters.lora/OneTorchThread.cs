using System.Runtime.CompilerServices;
using TorchSharp;

namespace Federated.Adapters.Tests;

/// <summary>Tests run beside each other: more threads per operation would only wait for one another.</summary>
internal static class OneTorchThread
{
    [ModuleInitializer]
    internal static void Set() => torch.set_num_threads(1);
}
