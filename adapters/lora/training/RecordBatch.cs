namespace Federated.Adapters;

/// <summary>Some records side by side, as a model takes them: texts (<see cref="TokenBatch"/>) or images.</summary>
public abstract class RecordBatch : IDisposable
{
    /// <summary>b, the number of records.</summary>
    public abstract int Count { get; }

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
