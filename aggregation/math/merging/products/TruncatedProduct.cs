namespace Federated.Aggregation;

/// <summary>What <see cref="ProductSum.Truncate"/> keeps of a sum M, and what it does not.</summary>
public sealed class TruncatedProduct
{
    private readonly double _restSquared;

    internal TruncatedProduct(
        FactorPair kept,
        FactorPair tail,
        IReadOnlyList<double> singularValues,
        double restSquared
    )
    {
        (Kept, Tail, SingularValues, _restSquared) = (kept, tail, singularValues, restSquared);
        DroppedTail = NormFrom(kept.Rank);
        Lost = NormFrom(kept.Rank + tail.Rank);
    }

    /// <summary>The best approximation of the rank asked for.</summary>
    public FactorPair Kept { get; }

    /// <summary>The next components of M, at most as many as asked for; its rank may be 0.</summary>
    public FactorPair Tail { get; }

    /// <summary>σ of M, descending; of a large M only those of <see cref="Kept"/> and <see cref="Tail"/>.</summary>
    public IReadOnlyList<double> SingularValues { get; }

    /// <summary>‖M − Kept‖_F = √Σ σ² of the components that are not kept.</summary>
    public double DroppedTail { get; }

    /// <summary>‖M − Kept − Tail‖_F.</summary>
    public double Lost { get; }

    /// <summary>The same with other factors of the same kept product.</summary>
    internal TruncatedProduct WithKept(FactorPair kept) => new(kept, Tail, SingularValues, _restSquared);

    // From the smallest up, so that small ones are not swallowed.
    private double NormFrom(int first)
    {
        var squares = _restSquared;
        for (var j = SingularValues.Count - 1; j >= first; j--)
        {
            squares += SingularValues[j] * SingularValues[j];
        }

        return Math.Sqrt(squares);
    }
}
