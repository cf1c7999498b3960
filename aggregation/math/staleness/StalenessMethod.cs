namespace Federated.Aggregation;

/// <summary>What happens to an update whose base is not the newest version.</summary>
public enum StalenessMethod
{
    /// <summary>Scaled by (1 + τ)^-exponent (Xie et al. 2019; FedBuff uses exponent ½).</summary>
    Weighted,

    /// <summary>Left out of the merge.</summary>
    Drop,
}
