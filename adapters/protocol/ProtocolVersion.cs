namespace Federated.Protocol;

/// <summary>Which version of federation.proto this build speaks.</summary>
public static class ProtocolVersion
{
    /// <summary>The version that nodes announce in NodeCapabilities.protocol_version.</summary>
    public const int Current = 1;

    /// <summary>The oldest version a silo of this build still serves.</summary>
    public const int Oldest = 1;

    /// <summary>Whether a silo of this build serves a node of a version.</summary>
    /// <param name="version">What the node announces.</param>
    /// <returns>True for Oldest … Current.</returns>
    public static bool IsServed(int version) => version is >= Oldest and <= Current;
}
