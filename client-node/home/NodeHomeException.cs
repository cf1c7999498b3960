namespace Federated.ClientNode;

/// <summary>The home folder cannot be used. The message names the folder and the fix.</summary>
internal sealed class NodeHomeException : Exception
{
    /// <summary>Creates the exception.</summary>
    public NodeHomeException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}
