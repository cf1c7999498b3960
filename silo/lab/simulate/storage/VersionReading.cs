using Federated.Adapters;
using Federated.Aggregation.Grains;
using Federated.ClientNode;

namespace Federated.Lab.Simulate;

/// <summary>Published versions as a node reads them.</summary>
internal static class VersionReading
{
    /// <summary>Reads a version.</summary>
    /// <param name="blobs">Where it lies.</param>
    /// <param name="digest">Its adapter.</param>
    /// <param name="residualDigest">The frozen products beside it; null = none.</param>
    /// <param name="layout">The run's layout.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<VersionContent> ReadAsync(
        IBlobStore blobs,
        string digest,
        string? residualDigest,
        AdapterLayout layout,
        CancellationToken cancellation
    )
    {
        IReadOnlyList<LayerProduct>? residual = null;
        if (!string.IsNullOrEmpty(residualDigest))
        {
            await using var products = await blobs.OpenAsync(residualDigest, cancellation);
            residual = ProductsReader.ReadAll(products, ProductsKind.Residual, layout);
        }

        await using var adapter = await blobs.OpenAsync(digest, cancellation);
        return new(AdapterBlob.Read(adapter, layout, AdapterBlobKind.Adapter), residual);
    }
}
