namespace Federated.Aggregation.Grains;

/// <summary>What most callers ask of a blob store.</summary>
public static class BlobStoreExtensions
{
    /// <summary>Stores bytes that are shared with whoever stores the same; durable when the task completes.</summary>
    /// <returns>The name: their digest.</returns>
    public static Task<string> PutAsync(
        this IBlobStore blobs,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellation = default
    ) => blobs.PutAsync(content, owner: null, cancellation);
}
