using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>Inner products of all updates of a plan, each blob read once.</summary>
internal static class UpdateProducts
{
    // Floats of all updates together that are held at a time, about 64 MB.
    private const int HeldAtOnce = 1 << 24;

    /// <summary>⟨Δ_i, Δ_j⟩ of the flat vectors; the last is the centre of centered clipping, where the plan names one that counts.</summary>
    public static async Task<GramMatrix> OfVectorsAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CancellationToken cancellation
    )
    {
        string?[] digests =
        [
            .. plan.Updates.Select(update => update.Digest),
            Candidates.KeepsCentre(plan) ? plan.Centre : null,
        ];
        await using var blobs = new BlobSet(
            [.. digests.OfType<string>().Select(digest => new BlobSource(digest, layout, AdapterBlobKind.Update))],
            open
        );
        var gram = new GramMatrix(blobs.Sources.Count);
        var length = BlockLength(blobs, layout.Count);
        var blocks = blobs.Sources.Select(_ => new float[length]).ToArray();
        for (long offset = 0; offset < layout.Count; offset += length)
        {
            var count = (int)Math.Min(length, layout.Count - offset);
            for (var i = 0; i < blocks.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                await blobs.ReadAsync(i, offset, blocks[i].AsMemory(0, count), cancellation).ConfigureAwait(false);
            }

            Add(gram, (i, j) => WeightedSum.Dot(blocks[i].AsSpan(0, count), blocks[j].AsSpan(0, count)));
        }

        return gram;
    }

    /// <summary>⟨B_i A_i − B_s A_s, B_j A_j − B_s' A_s'⟩ over all layers.</summary>
    public static async Task<GramMatrix> OfLayersAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CancellationToken cancellation
    )
    {
        var gram = new GramMatrix(plan.Updates.Count);
        await using var layers = new LayerReader(plan, layout, open);
        for (var layer = 0; layer < layout.Tensors.Count; layer++)
        {
            var changes = (await layers.ReadAsync(layer, cancellation).ConfigureAwait(false)).Changes();
            cancellation.ThrowIfCancellationRequested();
            Add(gram, (i, j) => Inner(changes[i], changes[j]));
        }

        return gram;
    }

    // A pair of vectors has one thread, which adds block by block.
    private static void Add(GramMatrix gram, Func<int, int, double> inner) =>
        Parallel.For(
            0,
            gram.Count,
            i =>
            {
                for (var j = 0; j <= i; j++)
                {
                    gram[i, j] += inner(i, j);
                }
            }
        );

    /// <summary>A block of every blob that together stay within a fixed memory.</summary>
    public static int BlockLength(BlobSet blobs, long count) =>
        (int)Math.Clamp(Math.Min(blobs.SuggestedBlockLength, HeldAtOnce / blobs.Sources.Count), 1, Math.Max(count, 1));

    // ⟨B A, B' A'⟩ = Σ_kl ⟨b_k, b'_l⟩ ⟨a_k, a'_l⟩.
    private static double Inner(FactorPair left, FactorPair right)
    {
        var sum = 0.0;
        for (var k = 0; k < left.Rank; k++)
        {
            for (var l = 0; l < right.Rank; l++)
            {
                sum += VectorKernels.Dot(left.B[k], right.B[l]) * VectorKernels.Dot(left.A[k], right.A[l]);
            }
        }

        return sum;
    }
}
