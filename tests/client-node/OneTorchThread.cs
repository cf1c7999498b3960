using System.Runtime.CompilerServices;
using Federated.Adapters;

namespace Federated.ClientNode.Tests;

/// <summary>Tests share the machine: one thread of libtorch, and none that spins.</summary>
internal static class OneTorchThread
{
    [ModuleInitializer]
    internal static void Set() => TorchThreads.Prepare(1);
}
