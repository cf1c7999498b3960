using Federated.Adapters;

namespace Federated.Silo;

/// <summary>A run's base model and the layout of its adapter.</summary>
internal sealed record RunLayout(CatalogModel Model, AdapterLayout Adapter);
