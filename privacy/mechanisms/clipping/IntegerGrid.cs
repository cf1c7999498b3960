namespace Federated.Privacy.Mechanisms;

/// <summary>
/// The public grid on which gradients are summed: one grid unit is maxGradNorm ÷ 2^bits. Sums of integers are exact and do not depend on the
/// order, so the sensitivity is a fact about integers and not about floating-point rounding.
/// </summary>
/// <remarks>
/// Rounding moves a vector by at most √d/2 units, so vectors are first shrunk to the radius 2^bits − √d/2 and their integer norm is at most 2^bits; it is
/// checked again on the integers. Bits follow from d alone (public), so that the shrinking costs at most 1e-4.
/// </remarks>
internal sealed class IntegerGrid
{
    private const int FewestBits = 20;

    // 2^(2·26) is below 2⁵³: squared norms are exact in doubles.
    private const int MostBits = 26;

    public IntegerGrid(int dimension, double maxGradNorm)
    {
        var bits = Math.Max(FewestBits, (int)Math.Ceiling(Math.Log2(Math.Sqrt(dimension) * 5000)));
        if (bits > MostBits)
        {
            throw new ArgumentOutOfRangeException(
                nameof(dimension),
                dimension,
                $"dimension = {dimension}; the integer grid holds at most 180 million trainable parameters"
            );
        }

        (Dimension, Bits, MaxGradNorm) = (dimension, bits, maxGradNorm);
    }

    public int Dimension { get; }

    public int Bits { get; }

    public double MaxGradNorm { get; }

    /// <summary>The bound of one unit's integer vector: the sensitivity of the sum, in grid units. A power of two.</summary>
    public double Radius => Math.ScaleB(1, Bits);

    /// <summary>The radius to shrink to before rounding.</summary>
    public double RadiusBeforeRounding => (Radius - (Math.Sqrt(Dimension) / 2)) * (1 - 1e-12);

    /// <summary>What one grid unit is worth.</summary>
    public double Unit => MaxGradNorm / Radius;
}
