namespace Federated.ClientNode;

/// <summary>The silo did not answer, or its answer was lost. Trying again can help.</summary>
internal sealed class SiloUnreachableException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SiloUnreachableException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}
