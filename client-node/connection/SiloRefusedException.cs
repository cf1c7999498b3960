namespace Federated.ClientNode;

/// <summary>The silo answered no. Asking again would get the same answer.</summary>
internal sealed class SiloRefusedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">For people.</param>
    /// <param name="innerException">What it follows from.</param>
    /// <param name="reason">The silo's reason by its name; empty where it gave none.</param>
    public SiloRefusedException(string message, Exception? innerException = null, string reason = "")
        : base(message, innerException) => Reason = reason;

    /// <summary>The silo's reason by its name; empty where it gave none.</summary>
    public string Reason { get; }
}
