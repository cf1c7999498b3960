namespace Federated.Adapters;

/// <summary>How the numbers of an update travel. Published adapters are always <see cref="Full"/>.</summary>
/// <remarks>
/// Rounding is stochastic and unbiased, E[rounded x] = x, and happens after the noise: post-processing, so it costs no ε.
/// </remarks>
public enum BlobPrecision
{
    /// <summary>float32: 4 bytes an element.</summary>
    Full = 1,

    /// <summary>bfloat16: 2 bytes an element, relative error up to 2⁻⁷.</summary>
    BFloat16 = 2,

    /// <summary>8 bits an element and one float32 scale for every 256: error up to 1/127 of the block's largest magnitude.</summary>
    EightBit = 3,
}
