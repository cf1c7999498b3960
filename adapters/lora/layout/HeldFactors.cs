namespace Federated.Adapters;

/// <summary>Which factors of each adapted layer stand in a flat vector.</summary>
[Flags]
public enum HeldFactors
{
    /// <summary>A, [r, in].</summary>
    A = 1,

    /// <summary>B, [out, r].</summary>
    B = 2,

    /// <summary>A, then B.</summary>
    Both = A | B,
}
