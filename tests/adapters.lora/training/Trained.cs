using Federated.Adapters.Models;

namespace Federated.Adapters.Tests;

/// <summary>A small model with an adapter away from zero.</summary>
internal sealed class Trained : IDisposable
{
    public Trained(params string[] targets)
        : this(Some.Options(targets)) { }

    public Trained(AdapterOptions options)
    {
        Model = Some.Model();
        Adapter = new(Model, AdapterLayout.For(Model.Config, options));
        Adapter.SetValues(Some.Values(Adapter.Layout));
    }

    public LlamaModel Model { get; }

    public LoraAdapter Adapter { get; }

    public void Dispose()
    {
        Adapter.Dispose();
        Model.Dispose();
    }
}
