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

    /// <summary>Components in the order of their singular values, with fixed signs.</summary>
    /// <param name="b">√σ u.</param>
    /// <param name="a">√σ v.</param>
    /// <param name="rank">How many to keep; zeros where there are fewer.</param>
    /// <param name="tailRank">How many of the rest to keep apart.</param>
    /// <param name="singularValues">σ, descending.</param>
    /// <param name="restSquared">Σ σ² of those that are not among them.</param>
    internal static TruncatedProduct Of(
        VectorSet b,
        VectorSet a,
        int rank,
        int tailRank,
        IReadOnlyList<double> singularValues,
        double restSquared
    )
    {
        FixSigns(b, a);
        return new(
            Part(b, a, 0, rank),
            Part(b, a, rank, Math.Max(0, Math.Min(tailRank, b.Count - rank))),
            singularValues,
            restSquared
        );
    }

    // A singular vector and its partner may change sign together: the largest entry of B's column is positive.
    private static void FixSigns(VectorSet b, VectorSet a)
    {
        for (var j = 0; j < b.Count; j++)
        {
            var largest = 0.0;
            foreach (var value in b[j])
            {
                largest = Math.Abs(value) > Math.Abs(largest) ? value : largest;
            }

            if (largest < 0)
            {
                Negate(b[j]);
                Negate(a[j]);
            }
        }
    }

    private static void Negate(Span<double> vector)
    {
        foreach (ref var value in vector)
        {
            value = -value;
        }
    }

    private static FactorPair Part(VectorSet b, VectorSet a, int from, int rank)
    {
        var part = FactorPair.Zero(b.Length, rank, a.Length);
        for (var k = 0; k < rank && from + k < b.Count; k++)
        {
            b[from + k].CopyTo(part.B[k]);
            a[from + k].CopyTo(part.A[k]);
        }

        return part;
    }
}
