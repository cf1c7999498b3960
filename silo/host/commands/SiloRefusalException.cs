namespace Federated.Silo;

/// <summary>The silo answered, and the answer was no.</summary>
/// <param name="message">Why, in the silo's words.</param>
/// <param name="exitCode">How the process should end.</param>
internal sealed class SiloRefusalException(string message, int exitCode) : Exception(message)
{
    /// <summary>One of <see cref="Federated.ExitCode"/>.</summary>
    public int ExitCode => exitCode;
}
