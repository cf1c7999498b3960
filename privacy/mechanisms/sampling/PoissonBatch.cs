using System.Collections.Immutable;

namespace Federated.Privacy.Mechanisms;

/// <summary>The units drawn for one step. Only <see cref="PoissonSampler"/> makes it; its size and content never leave the node.</summary>
public sealed class PoissonBatch
{
    private int _clippers;

    internal PoissonBatch(ImmutableArray<int> indices, double samplingRate, bool isPrivate) =>
        (Indices, SamplingRate, IsPrivate) = (indices, samplingRate, isPrivate);

    /// <summary>Which units joined, ascending; may be empty, and then the noisy step is still taken.</summary>
    public ImmutableArray<int> Indices { get; }

    /// <summary>q of the draw.</summary>
    public double SamplingRate { get; }

    /// <summary>False if the draw came from a seed.</summary>
    public bool IsPrivate { get; }

    /// <summary>The batch in pieces that fit into memory, in order; together they hold each unit once.</summary>
    /// <param name="size">Units per piece; ≥ 1.</param>
    public IEnumerable<ImmutableArray<int>> Microbatches(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        for (var start = 0; start < Indices.Length; start += size)
        {
            yield return Indices.Slice(start, Math.Min(size, Indices.Length - start));
        }
    }

    /// <summary>A draw pays for one release; a second sum over it would be a second release.</summary>
    internal void Claim()
    {
        if (Interlocked.Increment(ref _clippers) > 1)
        {
            throw new InvalidOperationException("this batch was summed before; each step draws its own batch");
        }
    }
}
