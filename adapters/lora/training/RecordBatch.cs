namespace Federated.Adapters;

/// <summary>Some records side by side, as a model takes them: texts (<see cref="TokenBatch"/>) or images.</summary>
public abstract class RecordBatch : IDisposable
{
    /// <summary>b, the number of records.</summary>
    public abstract int Count { get; }

    /// <summary>
    /// Share of each target's probability that training spreads over all classes (Szegedy et al. 2016), [0, 1). Only losses that are
    /// trained on feel it, not those that are reported.
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the tensors.</summary>
    /// <param name="disposing">True.</param>
    protected abstract void Dispose(bool disposing);
}
