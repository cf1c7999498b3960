namespace Federated.Lab.Demo;

/// <summary>The demo cannot go on; the message names the thing, its value and the fix.</summary>
internal sealed class DemoException(int exitCode, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>One of <see cref="Federated.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
