using System.Security.Cryptography;
using Federated.Adapters;

namespace Federated.ClientNode;

/// <summary>Fetches published versions: resumed after a break, checked by digest, kept until the next one comes.</summary>
internal sealed class AdapterDownload(NodeHome home, ISiloConnection silo, Resilience resilience)
{
    /// <summary>Where the newest fetched version of a run lies.</summary>
    public static string FileOf(NodeHome home, string runDigest) =>
        Path.Combine(home.RunFolder(runDigest), "adapter.bin");

    /// <summary>The flat values of a version.</summary>
    /// <param name="runDigest">The run.</param>
    /// <param name="version">The version.</param>
    /// <param name="digest">SHA-256 of its blob, as the silo announced it.</param>
    /// <param name="layout">The layout that this node expects.</param>
    /// <param name="received">Told the number of bytes that came.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    /// <exception cref="SiloRefusedException">The silo sends other bytes than it announced.</exception>
    /// <exception cref="InvalidAdapterBlobException">The bytes are no adapter of this layout.</exception>
    public async Task<float[]> FetchAsync(
        string runDigest,
        long version,
        string digest,
        AdapterLayout layout,
        Action<long> received,
        CancellationToken cancellation
    )
    {
        var file = FileOf(home, runDigest);
        var bytes = File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellation) : [];
        if (Digest(bytes) != digest)
        {
            bytes = await DownloadAsync(runDigest, version, layout, cancellation);
            received(bytes.Length);
            if (Digest(bytes) != digest)
            {
                throw new SiloRefusedException(
                    $"version {version} came as {Digest(bytes)}, and the silo had announced {digest}"
                );
            }

            DurableFile.Write(file, bytes);
        }

        using var stream = new MemoryStream(bytes);
        return AdapterBlob.Read(stream, layout, AdapterBlobKind.Adapter);
    }

    private async Task<byte[]> DownloadAsync(
        string runDigest,
        long version,
        AdapterLayout layout,
        CancellationToken cancellation
    )
    {
        using var target = new BoundedStream(AdapterBlob.ByteLength(layout));
        await resilience.Transfer.ExecuteAsync(
            async token => await silo.DownloadAsync(runDigest, version, target, token),
            cancellation
        );
        return target.ToArray();
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
                throw new SiloRefusedException($"the silo sends more than the {length} bytes that the adapter has");
            }
        }
    }
}
