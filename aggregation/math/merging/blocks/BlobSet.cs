using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>
/// Blobs of a merge side by side, read block by block: whatever their number and size, memory holds the blocks asked for and nothing else. Linear merges take short blocks
/// of all in turn; merges by product, and rules that order the nodes' values, take one layer of all at once.
/// </summary>
/// <remarks>
/// Reading each blob from its beginning to its end reads its bytes once. At most <see cref="OpenAtOnce"/> blobs stay open; others are opened again for each of
/// their blocks, so ask for long blocks then. Not thread-safe.
/// </remarks>
/// <param name="sources">The blobs.</param>
/// <param name="open">Opens a blob by its digest, at its first byte; the set closes it.</param>
public sealed class BlobSet(IReadOnlyList<BlobSource> sources, OpenBlob open) : IAsyncDisposable
{
    /// <summary>Blobs that stay open.</summary>
    public const int OpenAtOnce = 64;

    private readonly Dictionary<int, (Stream Stream, AdapterBlobReader Reader)> _open = [];
    private int _newest = -1;

    /// <summary>The blobs.</summary>
    public IReadOnlyList<BlobSource> Sources => sources;

    /// <summary>A block length for which opening costs little beside reading.</summary>
    public int SuggestedBlockLength => BlockLengthFor(sources.Count);

    /// <summary>The same for so many blobs.</summary>
    internal static int BlockLengthFor(int blobs) => blobs <= OpenAtOnce ? 1 << 14 : 1 << 18;

    /// <summary>Reads consecutive elements of one blob.</summary>
    /// <param name="index">Which blob.</param>
    /// <param name="offset">The first element.</param>
    /// <param name="destination">Filled.</param>
    /// <param name="cancellation">Stops opening.</param>
    /// <exception cref="InvalidAdapterBlobException">The bytes are something else, an element is not finite, or the blob is shorter or longer than its layout.</exception>
    /// <exception cref="FileNotFoundException">There is no such blob.</exception>
    public async ValueTask ReadAsync(
        int index,
        long offset,
        Memory<float> destination,
        CancellationToken cancellation = default
    )
    {
        await SeekAsync(index, offset, cancellation).ConfigureAwait(false);
        Read(index, destination.Span);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var index in _open.Keys.ToList())
        {
            await CloseAsync(index).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a blob ready to be read from an element on.</summary>
    internal async ValueTask SeekAsync(int index, long offset, CancellationToken cancellation)
    {
        if (_open.TryGetValue(index, out var known))
        {
            if (sources[index].Layout.Count - known.Reader.Remaining <= offset)
            {
                known.Reader.Skip(offset - (sources[index].Layout.Count - known.Reader.Remaining));
                return;
            }

            await CloseAsync(index).ConfigureAwait(false);
        }

        if (_open.Count == OpenAtOnce)
        {
            // Blobs are read in turn: of those that are open, the newest is wanted last.
            await CloseAsync(_open.ContainsKey(_newest) ? _newest : _open.Keys.First()).ConfigureAwait(false);
        }

        var (digest, layout, kind) = sources[index];
        var stream = await open(digest, cancellation).ConfigureAwait(false);
        try
        {
            var reader = AdapterBlobReader.Open(stream, layout, kind);
            reader.Skip(offset);
            (_open[index], _newest) = ((stream, reader), index);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads on where <see cref="SeekAsync"/> or the last reading of this blob has ended.</summary>
    internal void Read(int index, Span<float> destination)
    {
        var reader = _open[index].Reader;
        while (destination.Length > 0)
        {
            var read = reader.Read(destination);
            if (read == 0)
            {
                throw new InvalidAdapterBlobException(
                    AdapterBlobFault.WrongLength,
                    $"{destination.Length} elements are asked for after the last of {sources[index].Layout.Count}."
                );
            }

            destination = destination[read..];
        }

        if (reader.Remaining == 0)
        {
            reader.RequireEnd();
        }
    }

    private async ValueTask CloseAsync(int index)
    {
        if (_open.Remove(index, out var entry))
        {
            await entry.Stream.DisposeAsync().ConfigureAwait(false);
        }
    }
}
