using System.Text;
using Serilog;

namespace Federated.ClientNode;

/// <summary>
/// A file beside the records that says which home spends their budget, so that a second home on the same file is refused: its ledger would start at zero.
/// </summary>
/// <remarks>
/// It lies in the folder of the real file, whichever link leads there, as <c>.NAME.federated-source</c>, so that other files of the folder have markers of their
/// own. What it holds is a keyed digest of the home, no secret. It helps against mistakes and proves nothing: a copy of the records has no marker, a copy of a home
/// has the home's key, and a folder that cannot be written gets none.
/// </remarks>
internal static class DataMarker
{
    private const string Header = "federated-source 1";
    private const int MaxBytes = 1024;

    /// <summary>Where the marker of a data file lies.</summary>
    /// <param name="dataFile">The data file, or a link to it.</param>
    public static string PathOf(string dataFile)
    {
        var real = File.ResolveLinkTarget(dataFile, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(dataFile);
        return Path.Combine(Path.GetDirectoryName(real)!, $".{Path.GetFileName(real)}.federated-source");
    }

    /// <summary>Makes the data this home's, unless they are another's.</summary>
    /// <param name="dataFile">The data file; it exists.</param>
    /// <param name="homeId">This home's id, see <see cref="SourceSketches.HomeId"/>.</param>
    /// <param name="adopt">True: the owner says that no other home will spend on these records any more.</param>
    /// <param name="log">Told when no marker can be written, and when one is replaced.</param>
    /// <exception cref="DataMarkerException">Another home has them, or the marker cannot be read.</exception>
    public static void Claim(string dataFile, string homeId, bool adopt, ILogger log)
    {
        var marker = PathOf(dataFile);
        var exists = Path.Exists(marker);
        if (exists && (!adopt || Read(marker) == homeId))
        {
            Require(marker, dataFile, homeId);
            return;
        }

        var fresh = $"{marker}.{Guid.NewGuid():N}.new";
        try
        {
            DurableFile.WriteInPlace(fresh, Encoding.ASCII.GetBytes($"{Header}\n{homeId}\n"));
            // Without overwriting, so that of two homes that start together one is refused.
            File.Move(fresh, marker, overwrite: adopt);
            DurableFile.SyncFolder(Path.GetDirectoryName(marker)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(fresh))
            {
                File.Delete(fresh);
            }

            if (Path.Exists(marker))
            {
                Require(marker, dataFile, homeId);
                return;
            }

            log.Warning(
                "no marker can be written beside {Data} ({Reason}): a second home on these records would not be noticed, and would have a second budget",
                dataFile,
                error.GetType().Name
            );
            return;
        }

        if (exists)
        {
            log.Warning(
                "{Data} is this home's now: what another home has spent on these records is not in this ledger and not taken off this budget",
                dataFile
            );
        }
    }

    private static void Require(string marker, string dataFile, string homeId)
    {
        if (Read(marker) is not { } owner)
        {
            throw new DataMarkerException(dataFile, marker, "cannot be read or is damaged");
        }

        if (owner != homeId)
        {
            throw new DataMarkerException(dataFile, marker, "names another home");
        }
    }

    // Null: no marker that this program wrote, or none that this user may read.
    private static string? Read(string marker)
    {
        try
        {
            if (new FileInfo(marker) is not { Exists: true, Length: <= MaxBytes })
            {
                return null;
            }

            return
                File.ReadAllText(marker, Encoding.ASCII).Split('\n') is [Header, { Length: 64 } id, ""]
                && id.All(char.IsAsciiHexDigitLower)
                ? id
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
