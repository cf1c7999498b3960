using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>Moves values by the weighed sum of updates, block by block; <see cref="LinearMerge"/> says why the bits are always the same.</summary>
/// <param name="updates">In the plan's fixed order.</param>
/// <param name="layout">The layout of their blobs, and of the values.</param>
/// <param name="open">Opens their blobs.</param>
/// <param name="optimizer">Makes a step of the sum.</param>
internal sealed class LinearStep(
    IReadOnlyList<WeightedUpdate> updates,
    AdapterLayout layout,
    OpenBlob open,
    ServerOptimizer optimizer
)
{
    private const int AddedAtOnce = 4;

    // What is added in one go stays in the processor's nearest caches: four blocks of floats and one of doubles.
    private const int TileLength = 1 << 12;

    // Numbers of all updates together for which another thread is worth its own streams.
    private const long NumbersAThread = 1 << 20;

    private readonly BlobSource[] _sources =
    [
        .. updates.Select(update => new BlobSource(update.Digest, layout, AdapterBlobKind.Update)),
    ];

    private readonly WeightedUpdate[][] _groups = [.. updates.Chunk(AddedAtOnce)];

    private readonly int _length = (int)Math.Min(BlobSet.BlockLengthFor(updates.Count), Math.Max(layout.Count, 1));

    /// <summary>Where the values are read from, each just before it is moved; null = they are in their place already.</summary>
    public BlobSource? Before { get; init; }

    /// <summary>Takes note of the sum; null = nobody asks for it.</summary>
    public NextCentre? Centre { get; init; }

    /// <summary>Moves all values.</summary>
    /// <param name="values">The place of so many values from an offset on.</param>
    /// <param name="threads">At most so many.</param>
    /// <param name="cancellation">Checked for each block.</param>
    /// <returns>The squared length of the step.</returns>
    public async Task<double> MoveAsync(Func<int, int, Span<float>> values, int threads, CancellationToken cancellation)
    {
        var squares = new double[(layout.Count + _length - 1) / _length];
        var shares = Math.Clamp(layout.Count * updates.Count / NumbersAThread, 1, Math.Min(threads, squares.Length));
        await Parallel
            .ForEachAsync(
                Enumerable.Range(0, (int)shares),
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
                async (share, stop) =>
                {
                    var first = (int)(share * (long)squares.Length / shares);
                    var end = (int)((share + 1) * (long)squares.Length / shares);
                    await MoveShareAsync(values, squares, first, end, stop).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
        var total = 0.0;
        foreach (var square in squares)
        {
            total += square;
        }

        return total;
    }

    private async Task MoveShareAsync(
        Func<int, int, Span<float>> values,
        double[] squares,
        int first,
        int end,
        CancellationToken cancellation
    )
    {
        await using var blobs = new BlobSet(_sources, open);
        await using var start = new BlobSet(Before is null ? [] : [Before], open);
        var sum = new double[_length];
        var blocks = Enumerable
            .Range(0, Math.Min(AddedAtOnce, updates.Count))
            .Select(_ => new float[_length])
            .ToArray();
        for (var block = first; block < end; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            var offset = block * _length;
            var count = (int)Math.Min(_length, layout.Count - offset);
            sum.AsSpan().Clear();
            for (var g = 0; g < _groups.Length; g++)
            {
                for (var i = 0; i < _groups[g].Length; i++)
                {
                    var index = (g * AddedAtOnce) + i;
                    await blobs.SeekAsync(index, offset, cancellation).ConfigureAwait(false);
                    blobs.Read(index, blocks[i].AsSpan(0, count));
                }

                Add(_groups[g], blocks, sum.AsSpan(0, count));
            }

            if (Before is not null)
            {
                await start.SeekAsync(0, offset, cancellation).ConfigureAwait(false);
                start.Read(0, values(offset, count));
            }

            Centre?.Note(offset, sum.AsSpan(0, count));
            squares[block] = optimizer.Step(values(offset, count), sum.AsSpan(0, count), offset);
        }
    }

    private static void Add(WeightedUpdate[] group, float[][] blocks, Span<double> sum)
    {
        for (var tile = 0; tile < sum.Length; tile += TileLength)
        {
            var length = Math.Min(TileLength, sum.Length - tile);
            var part = sum.Slice(tile, length);
            if (group.Length == AddedAtOnce)
            {
                WeightedSum.Add(
                    part,
                    blocks[0].AsSpan(tile, length),
                    blocks[1].AsSpan(tile, length),
                    blocks[2].AsSpan(tile, length),
                    blocks[3].AsSpan(tile, length),
                    [group[0].Coefficient, group[1].Coefficient, group[2].Coefficient, group[3].Coefficient]
                );
                continue;
            }

            for (var i = 0; i < group.Length; i++)
            {
                WeightedSum.Add(part, blocks[i].AsSpan(tile, length), group[i].Coefficient);
            }
        }
    }
}
