namespace Federated;

/// <summary>What the end of a command means to scripts, and to a program that started another: the same for all of them.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Tried, and failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a document, the settings or the data need a correction; nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>Refused by a policy or a privacy budget.</summary>
    public const int Refused = 3;

    /// <summary>The silo cannot be reached.</summary>
    public const int Unreachable = 4;

    /// <summary>Stopped from outside; what was durable stays.</summary>
    public const int Interrupted = 5;
}
