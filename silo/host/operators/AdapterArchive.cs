using System.IO.Compression;
using Federated.Adapters;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>Makes a published adapter into a zip of adapter_config.json and adapter_model.safetensors.</summary>
internal sealed class AdapterArchive(IBlobStore blobs)
{
    /// <summary>The zip's bytes; marked where the run gives no guarantee.</summary>
    public async Task<byte[]> CreateAsync(
        RunLayout layout,
        AdapterVersion version,
        bool isPrivate,
        CancellationToken cancellation
    )
    {
        await blobs.RequireWholeAsync(new[] { version.Digest, version.ResidualDigest }.OfType<string>(), cancellation);
        float[] values;
        await using (var blob = await blobs.OpenAsync(version.Digest, cancellation))
        {
            values = AdapterBlob.Read(blob, layout.Adapter, AdapterBlobKind.Adapter);
        }

        var (config, weights) = version.ResidualDigest is { } residual
            ? await FilesAsync(layout, values, residual, isPrivate, cancellation)
            : (
                PeftFiles.Config(layout.Adapter, layout.Model.Name),
                PeftFiles.Weights(layout.Adapter, values, isPrivate)
            );
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            Add(zip, PeftFiles.ConfigName, config);
            Add(zip, PeftFiles.WeightsName, weights);
        }

        return bytes.ToArray();
    }

    // With the residual under it, in factors of higher rank: the same model on the original base.
    private async Task<(byte[] Config, byte[] Weights)> FilesAsync(
        RunLayout layout,
        float[] values,
        string residual,
        bool isPrivate,
        CancellationToken cancellation
    )
    {
        await using var blob = await blobs.OpenAsync(residual, cancellation);
        var products = ProductsReader.ReadAll(blob, ProductsKind.Residual, layout.Adapter);
        var adapter = PeftAdapter.Of(layout.Adapter, values, products, layout.Model.Name) with
        {
            IsPrivate = isPrivate,
        };
        return (adapter.Config(), adapter.Weights());
    }

    private static void Add(ZipArchive zip, string name, byte[] content)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        entry.Write(content);
    }
}
