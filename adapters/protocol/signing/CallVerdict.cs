namespace Federated.Protocol;

/// <summary>What checking a node's call found.</summary>
public enum CallVerdict
{
    /// <summary>The holder of the key made this call, just now.</summary>
    Valid,

    /// <summary>Another key, another method, another node or another time was signed.</summary>
    WrongSignature,

    /// <summary>Signed well, but more than five minutes away from the silo's clock.</summary>
    ClockDiffers,
}
