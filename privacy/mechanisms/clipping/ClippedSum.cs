namespace Federated.Privacy.Mechanisms;

/// <summary>
/// The exact sum of one batch's clipped gradients, on the integer grid. It is not private: it can be read once, by a mechanism, and by
/// nothing outside this assembly. Only <see cref="GradientClipper"/> makes it.
/// </summary>
public sealed class ClippedSum : IDisposable
{
    private long[]? _values;

    internal ClippedSum(long[] values, IntegerGrid grid, PoissonBatch batch, int withinBound) =>
        (_values, Grid, Batch, WithinBound) = (values, grid, batch, withinBound);

    /// <summary>How far the sum can move when one unit is added or removed: L2, in gradient units.</summary>
    public double Sensitivity => Grid.MaxGradNorm;

    /// <summary>d, the number of trainable parameters.</summary>
    public int Dimension => Grid.Dimension;

    internal IntegerGrid Grid { get; }

    internal PoissonBatch Batch { get; }

    /// <summary>How many of the units had a norm of at most the bound. Private, like the sum.</summary>
    internal int WithinBound { get; }

    /// <summary>Clears the sum.</summary>
    public void Dispose()
    {
        if (_values is { } values)
        {
            Array.Clear(values);
            _values = null;
        }
    }

    /// <summary>Hands the values over, once: two noisy copies of one sum would average their noise away.</summary>
    internal long[] Take()
    {
        var values =
            _values
            ?? throw new InvalidOperationException("this sum was released or disposed before; each step makes its own");
        _values = null;
        return values;
    }
}
