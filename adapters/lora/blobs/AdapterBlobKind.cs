namespace Federated.Adapters;

/// <summary>What the numbers of a blob are.</summary>
public enum AdapterBlobKind
{
    /// <summary>A published adapter: all that its layout holds.</summary>
    Adapter = 1,

    /// <summary>An update Δ = θ_after − θ_base over the same elements.</summary>
    Update = 2,
}
