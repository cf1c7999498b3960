namespace Federated.Aggregation;

/// <summary>The adapter of a new version, not yet published. Only a merge makes one.</summary>
public sealed class MergedAdapter
{
    internal MergedAdapter(long version, float[] values, double stepNorm)
    {
        Version = version;
        Values = values;
        StepNorm = stepNorm;
    }

    /// <summary>The version it is to become.</summary>
    public long Version { get; }

    /// <summary>All B factors, flat, in layout order.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>‖η Σ c Δ‖₂: how far the adapter moved.</summary>
    public double StepNorm { get; }
}
