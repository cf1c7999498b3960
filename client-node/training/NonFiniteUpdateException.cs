namespace Federated.ClientNode;

/// <summary>Training left the range of float32: there is no update to seal from this attempt.</summary>
internal sealed class NonFiniteUpdateException : Exception
{
    /// <summary>Creates the exception.</summary>
    public NonFiniteUpdateException(string message)
        : base(message) { }
}
