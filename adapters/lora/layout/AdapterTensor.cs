namespace Federated.Adapters;

/// <summary>One adapted layer of a layout: y + Scale · (x Aᵀ) Bᵀ with A frozen and B trained.</summary>
/// <param name="Path">The base layer's path.</param>
/// <param name="Rank">r: A is [r, InFeatures], B is [OutFeatures, r], both row-major.</param>
/// <param name="InFeatures">Width of the layer's input.</param>
/// <param name="OutFeatures">Width of the layer's output.</param>
/// <param name="Offset">Where this B begins in the flat vector of all B factors, in elements.</param>
/// <param name="FrozenDigest">SHA-256 of the frozen A (see <see cref="FrozenFactor.Digest"/>), 64 lower-case hex digits.</param>
public sealed record AdapterTensor(
    string Path,
    int Rank,
    int InFeatures,
    int OutFeatures,
    long Offset,
    string FrozenDigest
)
{
    /// <summary>Number of elements of B.</summary>
    public int Length => checked(OutFeatures * Rank);
}
