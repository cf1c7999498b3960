using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Modules under a common name, as checkpoints nest them; it computes nothing.</summary>
internal sealed class ModuleGroup : nn.Module
{
    public ModuleGroup(params ReadOnlySpan<(string Name, nn.Module Module)> members)
        : base(nameof(ModuleGroup))
    {
        foreach (var (name, module) in members)
        {
            register_module(name, module);
        }
    }
}
