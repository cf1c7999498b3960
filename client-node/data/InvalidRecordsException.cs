namespace Federated.ClientNode;

/// <summary>A data file that cannot be used. The message names file, line and fix, and never the text of a record.</summary>
internal sealed class InvalidRecordsException : Exception
{
    /// <summary>Creates the exception.</summary>
    public InvalidRecordsException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}
