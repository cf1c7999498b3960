namespace Federated.Adapters;

/// <summary>Bytes that are not the blob that was expected.</summary>
/// <param name="fault">The reason, for programs.</param>
/// <param name="message">The reason, for people.</param>
public sealed class InvalidAdapterBlobException(AdapterBlobFault fault, string message) : Exception(message)
{
    /// <summary>The reason.</summary>
    public AdapterBlobFault Fault { get; } = fault;
}
