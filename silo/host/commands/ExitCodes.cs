namespace Federated.Silo;

/// <summary>What the process answers with.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Tried, and failed.</summary>
    public const int Failed = 1;

    /// <summary>A wrong option, document or folder.</summary>
    public const int Usage = 2;

    /// <summary>Understood, and not allowed.</summary>
    public const int Refused = 3;

    /// <summary>The silo does not answer.</summary>
    public const int Unreachable = 4;

    /// <summary>Ended by a signal.</summary>
    public const int Interrupted = 5;
}
