using System.Security.Cryptography;
using Federated.Adapters;

namespace Federated.ClientNode;

/// <summary>Fetches published versions: resumed after a break, checked by digest, kept until the next one comes.</summary>
internal sealed class AdapterDownload(NodeHome home, ISiloConnection silo, Resilience resilience)
{
    /// <summary>Where the newest fetched version of a run lies.</summary>
    public static string FileOf(NodeHome home, string runDigest) =>
        Path.Combine(home.RunFolder(runDigest), "adapter.bin");

    /// <summary>Where the frozen products beside an adapter lie; it is there before the adapter is.</summary>
    public static string ResidualFileOf(NodeHome home, string runDigest, string adapterDigest) =>
        Path.Combine(home.RunFolder(runDigest), $"residual-{adapterDigest}.bin");

    /// <summary>What a version is made of.</summary>
    /// <param name="runDigest">The run.</param>
    /// <param name="version">The version.</param>
    /// <param name="digest">SHA-256 of its adapter, as the silo announced it.</param>
    /// <param name="residualDigest">SHA-256 of the frozen products beside it; empty when there are none.</param>
    /// <param name="layout">The layout that this node expects.</param>
    /// <param name="received">Told the number of bytes that came.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    /// <exception cref="SiloRefusedException">The silo sends other bytes than it announced.</exception>
    /// <exception cref="InvalidAdapterBlobException">The bytes are no adapter of this layout.</exception>
    public async Task<VersionContent> FetchAsync(
        string runDigest,
        long version,
        string digest,
        string residualDigest,
        AdapterLayout layout,
        Action<long> received,
        CancellationToken cancellation
    )
    {
        var residualFile = ResidualFileOf(home, runDigest, digest);
        IReadOnlyList<LayerProduct>? residual = null;
        if (residualDigest.Length > 0)
        {
            using var products = await BytesAsync(
                new(runDigest, version, residualDigest, true, residualFile, ProductsBlob.MaxByteLength(layout)),
                received,
                cancellation
            );
            residual = ProductsReader.ReadAll(products, ProductsKind.Residual, layout);
        }

        using var adapter = await BytesAsync(
            new(runDigest, version, digest, false, FileOf(home, runDigest), AdapterBlob.ByteLength(layout)),
            received,
            cancellation
        );
        foreach (var old in Directory.EnumerateFiles(home.RunFolder(runDigest), "residual-*.bin"))
        {
            if (old != residualFile)
            {
                File.Delete(old);
            }
        }

        return new(AdapterBlob.Read(adapter, layout, AdapterBlobKind.Adapter), residual);
    }

    private async Task<MemoryStream> BytesAsync(Part part, Action<long> received, CancellationToken cancellation)
    {
        var bytes = File.Exists(part.File) ? await File.ReadAllBytesAsync(part.File, cancellation) : [];
        if (Digest(bytes) != part.Digest)
        {
            using var target = new BoundedStream(part.MaxLength);
            await resilience.Transfer.ExecuteAsync(
                async token => await silo.DownloadAsync(part.RunDigest, part.Version, part.IsResidual, target, token),
                cancellation
            );
            bytes = target.ToArray();
            received(bytes.Length);
            if (Digest(bytes) != part.Digest)
            {
                throw new SiloRefusedException(
                    $"version {part.Version} came as {Digest(bytes)}, and the silo had announced {part.Digest}"
                );
            }

            DurableFile.Write(part.File, bytes);
        }

        return new MemoryStream(bytes);
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Memory that refuses to hold more than the blob it waits for, whatever a silo sends.</summary>
    private sealed class BoundedStream(long length) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Check(buffer.Length);
            base.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Check(count);
            base.Write(buffer, offset, count);
        }

        private void Check(int count)
        {
            if (Length + count > length)
            {
                throw new SiloRefusedException($"the silo sends more than the {length} bytes that the version has");
            }
        }
    }

    /// <summary>One of the blobs of a version.</summary>
    private sealed record Part(
        string RunDigest,
        long Version,
        string Digest,
        bool IsResidual,
        string File,
        long MaxLength
    );
}
