using System.Security.Cryptography;
using Federated.Adapters;

namespace Federated.ClientNode;

/// <summary>Fetches published versions and what they stand on: resumed after a break, checked by digest, kept until the next one comes.</summary>
/// <param name="home">Where they are kept.</param>
/// <param name="models">Model name → folder.</param>
/// <param name="silo">Where they come from.</param>
/// <param name="resilience">Tries again.</param>
/// <param name="reports">Where the bytes that came are counted.</param>
internal sealed class AdapterDownload(
    NodeHome home,
    IReadOnlyDictionary<string, string> models,
    ISiloConnection silo,
    Resilience resilience,
    RunReports reports
)
{
    /// <summary>Where the newest fetched version of a run lies.</summary>
    public static string FileOf(NodeHome home, string runDigest) =>
        Path.Combine(home.RunFolder(runDigest), "adapter.bin");

    /// <summary>Where the frozen products beside an adapter lie; it is there before the adapter is.</summary>
    public static string ResidualFileOf(NodeHome home, string runDigest, string adapterDigest) =>
        Path.Combine(home.RunFolder(runDigest), $"residual-{adapterDigest}.bin");

    /// <summary>What a version is made of.</summary>
    /// <param name="run">The run.</param>
    /// <param name="version">The version, as the silo announced it.</param>
    /// <param name="layout">The layout that this node expects.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    /// <exception cref="SiloRefusedException">The silo sends other bytes than it announced.</exception>
    /// <exception cref="InvalidAdapterBlobException">The bytes are no adapter of this layout.</exception>
    public async Task<VersionContent> FetchAsync(
        ConsentedRun run,
        PublishedVersion version,
        AdapterLayout layout,
        CancellationToken cancellation
    )
    {
        var residualFile = ResidualFileOf(home, run.Digest, version.Digest);
        IReadOnlyList<LayerProduct>? residual = null;
        if (version.ResidualDigest.Length > 0)
        {
            var most = ProductsBlob.MaxByteLength(layout);
            using var products = await BytesAsync(
                run,
                new(version.Number, version.ResidualDigest, RunBlob.Residual, residualFile, most),
                cancellation
            );
            residual = ProductsReader.ReadAll(products, ProductsKind.Residual, layout);
        }

        var (file, length) = (FileOf(home, run.Digest), AdapterBlob.ByteLength(layout));
        using var adapter = await BytesAsync(
            run,
            new(version.Number, version.Digest, RunBlob.Adapter, file, length),
            cancellation
        );
        foreach (var old in Directory.EnumerateFiles(home.RunFolder(run.Digest), "residual-*.bin"))
        {
            if (old != residualFile)
            {
                File.Delete(old);
            }
        }

        return new(AdapterBlob.Read(adapter, layout, AdapterBlobKind.Adapter), residual);
    }

    /// <summary>Fetches the file of A factors that a run names, unless it is here; nothing where it names none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    /// <exception cref="SiloRefusedException">The silo sends other bytes than the run document names.</exception>
    public async Task InitialFactorsAsync(ConsentedRun run, CancellationToken cancellation)
    {
        if (run.Document.Adapter.Initialisation is not { } named)
        {
            return;
        }

        var file = InitialFactorsFile.Of(home, run.Digest);
        var most = InitialFactorsFile.MaxByteLength(run.Document, models);
        using var _ = await BytesAsync(run, new(0, named.Sha256, RunBlob.InitialFactors, file, most), cancellation);
    }

    private async Task<MemoryStream> BytesAsync(ConsentedRun run, Part part, CancellationToken cancellation)
    {
        var bytes = File.Exists(part.File) ? await File.ReadAllBytesAsync(part.File, cancellation) : [];
        if (Digest(bytes) != part.Digest)
        {
            using var target = new BoundedStream(part.MaxLength);
            await resilience.Transfer.ExecuteAsync(
                async token => await silo.DownloadAsync(run.Digest, part.Version, part.Blob, target, token),
                cancellation
            );
            bytes = target.ToArray();
            reports.Change(run, report => report with { BytesReceived = report.BytesReceived + bytes.Length });
            if (Digest(bytes) != part.Digest)
            {
                throw new SiloRefusedException(
                    $"{part.Blob} of version {part.Version} came as {Digest(bytes)}, and was announced as {part.Digest}"
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
                throw new SiloRefusedException($"the silo sends more than the {length} bytes that there can be");
            }
        }
    }

    /// <summary>One of the blobs of a run.</summary>
    private sealed record Part(long Version, string Digest, RunBlob Blob, string File, long MaxLength);
}
