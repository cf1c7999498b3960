namespace Federated.Aggregation;

/// <summary>Opens a blob by its digest, from wherever blobs are kept; who asked closes it.</summary>
/// <param name="digest">SHA-256 of the blob, lowercase hex.</param>
/// <param name="cancellation">Stops the opening.</param>
/// <exception cref="FileNotFoundException">There is no such blob.</exception>
public delegate Task<Stream> OpenBlob(string digest, CancellationToken cancellation);
