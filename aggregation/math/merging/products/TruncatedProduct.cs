namespace Federated.Aggregation;

/// <summary>What <see cref="ProductSum.Truncate"/> keeps of a sum M, and what it does not.</summary>
public sealed class TruncatedProduct
{
    internal TruncatedProduct(FactorPair kept, FactorPair tail, IReadOnlyList<double> singularValues)
    {
        (Kept, Tail, SingularValues) = (kept, tail, singularValues);
        DroppedTail = NormFrom(kept.Rank);
        Lost = NormFrom(kept.Rank + tail.Rank);
    }

    /// <summary>The best approximation of the rank asked for.</summary>
    public FactorPair Kept { get; }

    /// <summary>The next components of M, at most as many as asked for; its rank may be 0.</summary>
    public FactorPair Tail { get; }

    /// <summary>σ of M, descending.</summary>
    public IReadOnlyList<double> SingularValues { get; }

    /// <summary>‖M − Kept‖_F = √Σ σ² of the components that are not kept.</summary>
    public double DroppedTail { get; }

    /// <summary>‖M − Kept − Tail‖_F.</summary>
    public double Lost { get; }

    /// <summary>The same with other factors of the same kept product.</summary>
    internal TruncatedProduct WithKept(FactorPair kept) => new(kept, Tail, SingularValues);

    // From the smallest up, so that small ones are not swallowed.
    private double NormFrom(int first)
    {
        var squares = 0.0;
        for (var j = SingularValues.Count - 1; j >= first; j--)
        {
            squares += SingularValues[j] * SingularValues[j];
        }

        return Math.Sqrt(squares);
    }
}
