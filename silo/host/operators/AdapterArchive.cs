using System.IO.Compression;
using Federated.Adapters;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>Makes a published adapter into a zip of adapter_config.json and adapter_model.safetensors.</summary>
internal sealed class AdapterArchive(IBlobStore blobs)
{
    /// <summary>The zip's bytes.</summary>
    public async Task<byte[]> CreateAsync(RunLayout layout, string digest, CancellationToken cancellation)
    {
        float[] values;
        await using (var blob = await blobs.OpenAsync(digest, cancellation))
        {
            values = AdapterBlob.Read(blob, layout.Adapter, AdapterBlobKind.Adapter);
        }

        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            Add(zip, PeftFiles.ConfigName, PeftFiles.Config(layout.Adapter, layout.Model.Name));
            Add(zip, PeftFiles.WeightsName, PeftFiles.Weights(layout.Adapter, values));
        }

        return bytes.ToArray();
    }

    private static void Add(ZipArchive zip, string name, byte[] content)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        entry.Write(content);
    }
}
