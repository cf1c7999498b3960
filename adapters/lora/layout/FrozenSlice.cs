using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Federated.Adapters;

/// <summary>
/// The frozen factor A of a slice adapter (S²FT, Yang et al. 2024): r neighbouring rows of the identity, so that B A is B put into r
/// columns of the layer's matrix. The layer then learns those columns densely and leaves the others alone.
/// </summary>
/// <remarks>
/// Neighbouring channels, at a multiple of r, need no product: x Aᵀ is a window of x. In an output projection of attention a slice whose
/// rank is the width of a head is one head; in the last projection of an MLP, and in the residual stream, the order of channels says
/// nothing, and neighbours are as random as any others.
/// </remarks>
internal static class FrozenSlice
{
    /// <summary>Names the algorithm; another one would have another name, and so another layout digest.</summary>
    public const string AlgorithmId = "federated-frozen-slice-v1";

    /// <summary>The first of a layer's channels, a multiple of r.</summary>
    /// <param name="seed">Public seed, ≥ 0.</param>
    /// <param name="path">The layer's path, so that layers of one shape differ.</param>
    /// <param name="rank">Channels r, 1 … inFeatures.</param>
    /// <param name="inFeatures">Width of the layer's input.</param>
    public static int Start(long seed, string path, int rank, int inFeatures)
    {
        var key = string.Create(
            CultureInfo.InvariantCulture,
            $"{AlgorithmId}\nseed {seed}\nrank {rank}\nin {inFeatures}\n{path}"
        );
        var draw = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return (int)(draw % (ulong)(inFeatures / rank)) * rank;
    }

    /// <summary>A, [r, inFeatures] row-major: ones at (i, start + i).</summary>
    /// <param name="start">The first channel.</param>
    /// <param name="rank">Channels.</param>
    /// <param name="inFeatures">Width of the layer's input.</param>
    public static float[] Create(int start, int rank, int inFeatures)
    {
        var factor = new float[checked(rank * inFeatures)];
        for (var i = 0; i < rank; i++)
        {
            factor[(i * inFeatures) + start + i] = 1;
        }

        return factor;
    }
}
