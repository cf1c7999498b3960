namespace Federated.Lab.Demo;

/// <summary>The exit codes of every program of this project.</summary>
internal static class DemoExit
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>It was tried and did not work.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or configuration; nothing was started.</summary>
    public const int Configuration = 2;

    /// <summary>Refused by a policy or a privacy budget.</summary>
    public const int Refused = 3;

    /// <summary>The silo cannot be reached.</summary>
    public const int Unreachable = 4;

    /// <summary>Stopped by the user.</summary>
    public const int Interrupted = 5;
}
