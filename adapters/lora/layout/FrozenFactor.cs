using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Federated.Adapters;

/// <summary>
/// The frozen factor A of an adapted layer: orthonormal rows made from a public seed, with the same bits on every machine,
/// so that it never travels. With A frozen the average of the B factors is the exact average of the products
/// (FFA-LoRA, Sun et al. 2024), and orthonormal rows keep ‖ΔB A‖ = ‖ΔB‖.
/// </summary>
/// <remarks>
/// Only operations that IEEE 754 fixes to the last bit are used, one after the other: integer draws, + − × ÷ and the square
/// root, no fused multiply-add, no vectorised sum, and no logarithm or sine, whose last bits differ between libraries. A normal
/// draw is the sum of twelve uniform ones (Irwin–Hall: variance 1, excess kurtosis −0.1): after orthogonalisation only the
/// direction counts, and that is near uniform on the sphere already.
/// </remarks>
public static class FrozenFactor
{
    /// <summary>Names the algorithm; another one would have another name, and so another layout digest.</summary>
    public const string AlgorithmId = "federated-frozen-factor-v1";

    // Twelve 49-bit draws sum to less than 2^53: the sum is exact as an integer and as a double.
    private const int DrawBits = 49;
    private const int DrawsPerNormal = 12;

    // A row that all but vanished under orthogonalisation is drawn anew; only tiny layers ever see this.
    private const double SmallestResidual = 1e-6;

    /// <summary>Makes the factor.</summary>
    /// <param name="seed">Public seed, ≥ 0.</param>
    /// <param name="path">The layer's path, so that layers of one shape differ.</param>
    /// <param name="rank">Rows r, 1 … inFeatures.</param>
    /// <param name="inFeatures">Columns.</param>
    /// <returns>A, [r, inFeatures] row-major; A Aᵀ = I up to the rounding to float.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Rank not in 1 … inFeatures, or a negative seed.</exception>
    public static float[] Create(long seed, string path, int rank, int inFeatures)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, inFeatures);
        var draws = new Draws(seed, path, rank, inFeatures);
        var rows = new double[rank][];
        for (var i = 0; i < rank; i++)
        {
            rows[i] = NextRow(ref draws, rows.AsSpan(0, i), inFeatures);
        }

        var factor = new float[checked(rank * inFeatures)];
        for (var i = 0; i < rank; i++)
        {
            for (var j = 0; j < inFeatures; j++)
            {
                factor[(i * inFeatures) + j] = (float)rows[i][j];
            }
        }

        return factor;
    }

    /// <summary>SHA-256 of a factor's elements as little-endian float32.</summary>
    /// <param name="factor">The elements.</param>
    /// <returns>64 lower-case hex digits.</returns>
    public static string Digest(ReadOnlySpan<float> factor)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> element = stackalloc byte[sizeof(float)];
        foreach (var value in factor)
        {
            BinaryPrimitives.WriteSingleLittleEndian(element, value);
            hash.AppendData(element);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static double[] NextRow(ref Draws draws, ReadOnlySpan<double[]> done, int inFeatures)
    {
        while (true)
        {
            var row = new double[inFeatures];
            for (var j = 0; j < inFeatures; j++)
            {
                row[j] = draws.NextNormal();
            }

            var drawn = Math.Sqrt(Dot(row, row));
            // Modified Gram–Schmidt, twice: the second pass removes what rounding left in the first ("twice is enough").
            for (var pass = 0; pass < 2; pass++)
            {
                foreach (var earlier in done)
                {
                    SubtractProjection(row, earlier);
                }
            }

            var norm = Math.Sqrt(Dot(row, row));
            if (norm > SmallestResidual * drawn)
            {
                for (var j = 0; j < inFeatures; j++)
                {
                    row[j] /= norm;
                }

                return row;
            }
        }
    }

    private static void SubtractProjection(double[] row, double[] direction)
    {
        var length = Dot(row, direction);
        for (var j = 0; j < row.Length; j++)
        {
            // The cast rounds the product before the subtraction: no fused multiply-add.
            row[j] -= (double)(length * direction[j]);
        }
    }

    private static double Dot(double[] left, double[] right)
    {
        var sum = 0.0;
        for (var j = 0; j < left.Length; j++)
        {
            sum += (double)(left[j] * right[j]);
        }

        return sum;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014) from a key that hashes everything the factor depends on.</summary>
    private struct Draws
    {
        private ulong _state;

        public Draws(long seed, string path, int rank, int inFeatures)
        {
            var key = string.Create(
                CultureInfo.InvariantCulture,
                $"{AlgorithmId}\nseed {seed}\nrank {rank}\nin {inFeatures}\n{path}"
            );
            _state = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        }

        public double NextNormal()
        {
            ulong sum = 0;
            for (var i = 0; i < DrawsPerNormal; i++)
            {
                sum += Next() >> (64 - DrawBits);
            }

            var centred = (long)sum - ((DrawsPerNormal / 2L) << DrawBits);
            return centred / (double)(1L << DrawBits);
        }

        private ulong Next()
        {
            _state = unchecked(_state + 0x9E3779B97F4A7C15UL);
            var z = _state;
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
            return z ^ (z >> 31);
        }
    }
}
