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

    /// <summary>A draw pays for one release; a second sum over it would be a second release.</summary>
    internal void Claim()
    {
        if (Interlocked.Increment(ref _clippers) > 1)
        {
            throw new InvalidOperationException("this batch was summed before; each step draws its own batch");
        }
    }
}
