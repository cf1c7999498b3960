namespace Federated.Aggregation.Grains;

/// <summary>Content-addressed bytes: adapters and updates by their SHA-256 (<see cref="BlobNames"/>). A blob is whole and durable, or not there.</summary>
public interface IBlobStore
{
    /// <summary>Length in bytes of a stored blob, or null.</summary>
    Task<long?> LengthAsync(string name, CancellationToken cancellation = default);

    /// <summary>Opens a stored blob.</summary>
    /// <exception cref="FileNotFoundException">No such blob; the message names it.</exception>
    Task<Stream> OpenAsync(string name, CancellationToken cancellation = default);

    /// <summary>Stores bytes; durable (file and directory fsync) when the task completes. Storing the same bytes again is free.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="owner">Who has them alone; null = they are shared.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The name.</returns>
    Task<string> PutAsync(ReadOnlyMemory<byte> content, string? owner, CancellationToken cancellation);

    /// <summary>Bytes already held of an unfinished upload of the blob <paramref name="name"/>, 0 when none.</summary>
    Task<long> CommittedAsync(string uploadId, string name, CancellationToken cancellation = default);

    /// <summary>
    /// Continues an unfinished upload at <paramref name="offset"/>; one writer at a time. An upload holds one blob: what it held of
    /// another name is dropped.
    /// </summary>
    /// <exception cref="IOException">Another writer holds the upload, or the offset is not the committed length.</exception>
    Task<IBlobUpload> ContinueAsync(
        string uploadId,
        string name,
        long offset,
        CancellationToken cancellation = default
    );

    /// <summary>Removes a blob, if it is there.</summary>
    Task DeleteAsync(string name, CancellationToken cancellation = default);

    /// <summary>Removes a blob that came as an upload; one that <see cref="PutAsync"/> has stored too is the silo's own and stays.</summary>
    Task DiscardUploadAsync(string name, CancellationToken cancellation = default);
}
