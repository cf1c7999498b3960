namespace Federated.ClientNode;

/// <summary>The silo answered no. Asking again would get the same answer.</summary>
internal sealed class SiloRefusedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SiloRefusedException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}
