namespace Federated.ClientNode;

/// <summary>What a command's end means to scripts.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Tried, and failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, node.yaml or the data need a correction.</summary>
    public const int Usage = 2;

    /// <summary>Refused by the owner's policy or privacy budget, or by the silo's.</summary>
    public const int Refused = 3;

    /// <summary>The silo cannot be reached.</summary>
    public const int Unreachable = 4;

    /// <summary>Stopped from outside; the next start goes on.</summary>
    public const int Interrupted = 5;
}
