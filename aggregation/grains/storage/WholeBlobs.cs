using System.Security.Cryptography;

namespace Federated.Aggregation.Grains;

/// <summary>Whether blobs still hold what they are named by: a disk can change bytes that were stored whole.</summary>
public static class WholeBlobs
{
    /// <summary>Reads and hashes blobs before anything is made of them, several at a time.</summary>
    /// <param name="blobs">The store.</param>
    /// <param name="names">Their names.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="InvalidDataException">One holds other bytes; the message names it.</exception>
    /// <exception cref="FileNotFoundException">One is not there; the message names it.</exception>
    public static Task RequireWholeAsync(
        this IBlobStore blobs,
        IEnumerable<string> names,
        CancellationToken cancellation
    ) =>
        Parallel.ForEachAsync(
            names,
            cancellation,
            async (name, stop) =>
            {
                await using var blob = await blobs.OpenAsync(name, stop);
                var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(blob, stop));
                if (found != BlobNames.DigestOf(name))
                {
                    throw new InvalidDataException(
                        $"blob {name} now holds bytes with the digest {found}: the disk has changed them; restore it from a backup"
                    );
                }
            }
        );
}
