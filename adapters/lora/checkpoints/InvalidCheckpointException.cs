namespace Federated.Adapters.Checkpoints;

/// <summary>A model or adapter file is not what its format promises. The message names the file, the field and the value.</summary>
public sealed class InvalidCheckpointException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, with the name and the value of the offending field.</param>
    public InvalidCheckpointException(string message)
        : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, with the name and the value of the offending field.</param>
    /// <param name="innerException">The reader's own complaint.</param>
    public InvalidCheckpointException(string message, Exception innerException)
        : base(message, innerException) { }
}
