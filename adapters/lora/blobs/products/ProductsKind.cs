namespace Federated.Adapters;

/// <summary>What the products of a blob are for.</summary>
public enum ProductsKind
{
    /// <summary>Published beside an adapter: frozen, and part of the model that the version stands for.</summary>
    Residual = 1,

    /// <summary>What a merge could not publish: kept by the silo and added to the next merge.</summary>
    Tail = 2,
}
