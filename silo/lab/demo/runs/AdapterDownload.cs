using System.IO.Compression;

namespace Federated.Lab.Demo.Runs;

/// <summary>Brings a published adapter from the silo, the way an operator would.</summary>
internal static class AdapterDownload
{
    /// <summary>Unpacks the run's latest adapter, a PEFT folder, into <paramref name="target"/>.</summary>
    public static async Task FetchAsync(
        OperatorClient silo,
        string digest,
        string target,
        CancellationToken cancellationToken
    )
    {
        var zip = await silo.AdapterAsync(digest, cancellationToken);
        Directory.CreateDirectory(target);
        await using var archive = new ZipArchive(new MemoryStream(zip), ZipArchiveMode.Read);
        await archive.ExtractToDirectoryAsync(target, overwriteFiles: true, cancellationToken);
    }
}
