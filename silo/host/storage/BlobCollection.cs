using Federated.Aggregation;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>
/// Deletes the blobs of updates that no run needs: those that were sent and never accepted, and those that a run's retention has given up. Everything that a
/// journal names otherwise stays, whichever run it is of: versions, residuals, tails, optimizer states, initial factors, and the updates that are kept.
/// </summary>
/// <remarks>
/// Nothing is decided here, and nothing is remembered: journals are read and files deleted, so that a kill at any point is put right by the next time. A
/// journal that this release cannot read stops it before it deletes anything.
/// </remarks>
/// <param name="journal">All runs.</param>
/// <param name="blobs">Their blobs.</param>
/// <param name="time">The time.</param>
internal sealed class BlobCollection(IJournal journal, FileBlobStore blobs, TimeProvider time)
{
    /// <summary>How long a blob is left alone after somebody has put it there or asked for it: far longer than from there to a receipt.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    /// <summary>Deletes them.</summary>
    /// <exception cref="UnreadableRunEventException">A journal was written by a later release; nothing was deleted.</exception>
    public async Task<CollectedBlobs> CollectAsync(CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - Grace;
        // First, so that what is accepted while the journals are read has been asked for since, and stays.
        var uploaded = blobs.UploadedBefore(before);
        var (needed, candidates) = (
            new HashSet<string>(StringComparer.Ordinal),
            uploaded.ToHashSet(StringComparer.Ordinal)
        );
        foreach (var stream in await journal.StreamsAsync(StreamNames.RunPrefix, cancellation))
        {
            var run = new NamedBlobs(StreamNames.RunOf(stream));
            foreach (var entry in await journal.ReadAsync(stream, 0, cancellation))
            {
                run.Note(RunEventCodec.Decode(entry.Kind, entry.Payload.Span));
            }

            needed.UnionWith(run.Needed);
            candidates.UnionWith(run.GivenUp);
        }

        foreach (var digest in uploaded.Where(needed.Contains))
        {
            blobs.Settle(digest);
        }

        long[] lengths =
        [
            .. candidates
                .Where(digest => !needed.Contains(digest))
                .Select(digest => blobs.DeleteUntouchedSince(digest, before))
                .OfType<long>(),
        ];
        return new(lengths.Length, lengths.Sum());
    }
}
