namespace Federated.Lab.Simulate;

/// <summary>How the times of virtual nodes are spread.</summary>
internal enum WorkTimeDistribution
{
    /// <summary>Always the same.</summary>
    Constant,

    /// <summary>Exponential with the typical time as its mean.</summary>
    Exponential,

    /// <summary>Log-normal with the typical time as its median.</summary>
    LogNormal,
}
