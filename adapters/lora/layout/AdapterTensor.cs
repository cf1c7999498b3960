namespace Federated.Adapters;

/// <summary>One adapted layer of a layout: y + Scale · (x Aᵀ) Bᵀ.</summary>
/// <param name="Path">The base layer's path.</param>
/// <param name="Rank">r: A is [r, InFeatures], B is [OutFeatures, r], both row-major.</param>
/// <param name="InFeatures">Width of the layer's input.</param>
/// <param name="OutFeatures">Width of the layer's output.</param>
/// <param name="Offset">Where the layer's numbers begin in the flat vector, in elements.</param>
/// <param name="FrozenDigest">SHA-256 of the A that the layer begins with (see <see cref="FrozenFactor.Digest"/>), 64 lower-case hex digits.</param>
public sealed record AdapterTensor(
    string Path,
    int Rank,
    int InFeatures,
    int OutFeatures,
    long Offset,
    string FrozenDigest
)
{
    /// <summary>The factor on the layer's product: alpha ÷ √rank or alpha ÷ rank, with this layer's rank.</summary>
    public required double Scale { get; init; }

    /// <summary>
    /// SHA-256 of the frozen basis Q, [OutFeatures, r] with orthonormal columns, where B is Q C and the flat vector holds C, [r, r]; null
    /// elsewhere.
    /// </summary>
    public string? BasisDigest { get; init; }

    /// <summary>The first of r neighbouring input channels that a slice adapter trains; null where A is no slice.</summary>
    public int? SliceStart { get; init; }

    /// <summary>Rows of what the flat vector holds for B: OutFeatures, or r where it holds the core C.</summary>
    public int RowsOfB => BasisDigest is null ? OutFeatures : Rank;

    /// <summary>Which factors stand in the flat vector.</summary>
    public HeldFactors Holds { get; init; } = HeldFactors.B;

    /// <summary>Number of elements of A.</summary>
    public int LengthOfA => checked(Rank * InFeatures);

    /// <summary>Number of elements of B, or of its core.</summary>
    public int LengthOfB => checked(RowsOfB * Rank);

    /// <summary>Number of elements in the flat vector.</summary>
    public int Length =>
        checked((Holds.HasFlag(HeldFactors.A) ? LengthOfA : 0) + (Holds.HasFlag(HeldFactors.B) ? LengthOfB : 0));

    /// <summary>Where A begins in the flat vector; only where it <see cref="Holds"/> A.</summary>
    public long OffsetOfA => Offset;

    /// <summary>Where B begins in the flat vector; only where it <see cref="Holds"/> B.</summary>
    public long OffsetOfB => Offset + (Holds.HasFlag(HeldFactors.A) ? LengthOfA : 0);
}
