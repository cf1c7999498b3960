namespace Federated.Aggregation.Grains;

/// <summary>An upload in progress. Disposing it without completing keeps what is there, so that it can be resumed.</summary>
public interface IBlobUpload : IAsyncDisposable
{
    /// <summary>Bytes held.</summary>
    long Length { get; }

    /// <summary>Appends bytes.</summary>
    Task AppendAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellation = default);

    /// <summary>Checks the digest, makes the blob durable and gives it its name, with which the upload was continued.</summary>
    /// <returns>False when the bytes have another digest than the name says; they are then discarded.</returns>
    Task<bool> CompleteAsync(string name, CancellationToken cancellation = default);
}
