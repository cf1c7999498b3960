using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Federated.Adapters.Checkpoints;
using TorchSharp;

namespace Federated.Adapters;

/// <summary>
/// The A of every adapted layer, chosen by somebody and given as a safetensors file, instead of drawn from the seed. A run names the file
/// by its SHA-256. Read without libtorch, and every number is checked: whatever a file holds, it is used whole or refused.
/// </summary>
public sealed class InitialFactors
{
    /// <summary>By how much an element of A Aᵀ may differ from the identity's; rounding to float32 leaves about 1e-7.</summary>
    public const double Tolerance = 1e-5;

    private const string FormatName = "federated-initial-factors-v1";
    private const string Suffix = ".lora_A.weight";
    private const int HeaderBytesOfALayer = 1024;
    private readonly Dictionary<string, InitialFactor> _factors;

    private InitialFactors(string sha256, IReadOnlyList<InitialFactor> factors)
    {
        Sha256 = sha256;
        Factors = factors;
        _factors = factors.ToDictionary(factor => factor.Path, StringComparer.Ordinal);
    }

    /// <summary>SHA-256 of the file, 64 lower-case hex digits.</summary>
    public string Sha256 { get; }

    /// <summary>One for each layer.</summary>
    public IReadOnlyList<InitialFactor> Factors { get; }

    /// <summary>No file that fits an adapter on these layers is longer.</summary>
    /// <param name="linears">The model's linear layers.</param>
    /// <param name="largestRank">The largest rank of a layer.</param>
    public static long MaxByteLength(IReadOnlyList<LinearShape> linears, int largestRank)
    {
        ArgumentNullException.ThrowIfNull(linears);
        return HeaderBytesOfALayer
            + linears.Sum(linear =>
                HeaderBytesOfALayer
                + linear.Path.Length
                + (sizeof(float) * (long)Math.Min(largestRank, linear.InFeatures) * linear.InFeatures)
            );
    }

    /// <summary>The file's bytes; equal factors give equal bytes.</summary>
    /// <param name="factors">One for each layer, in any order.</param>
    public static byte[] Encode(IEnumerable<InitialFactor> factors)
    {
        InitialFactor[] ordered = [.. factors.OrderBy(factor => factor.Path, StringComparer.Ordinal)];
        var header = Header(ordered);
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        bytes.Write(length);
        bytes.Write(header);
        Span<byte> element = stackalloc byte[sizeof(float)];
        foreach (var factor in ordered)
        {
            foreach (var value in factor.Values.Span)
            {
                BinaryPrimitives.WriteSingleLittleEndian(element, value);
                bytes.Write(element);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Reads a file.</summary>
    /// <param name="bytes">All of it.</param>
    /// <returns>The factors.</returns>
    /// <exception cref="InvalidAdapterOptionsException">
    /// No such file, or a factor whose rows are not orthonormal within <see cref="Tolerance"/>; the message says which and why.
    /// </exception>
    public static InitialFactors Read(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        try
        {
            using var stream = new MemoryStream(bytes);
            var header = SafetensorsHeader.Read(stream, $"the initial factors {sha256}");
            if (header.Metadata.GetValueOrDefault("format") != FormatName)
            {
                throw new InvalidCheckpointException(
                    $"the initial factors {sha256} have the format \"{header.Metadata.GetValueOrDefault("format")}\"; this release reads {FormatName}."
                );
            }

            return new(sha256, [.. header.Tensors.Select(entry => Factor(entry, bytes, header.DataStart))]);
        }
        catch (InvalidCheckpointException error)
        {
            throw new InvalidAdapterOptionsException($"adapter.initialisation: {error.Message}");
        }
    }

    /// <summary>The A of a layer.</summary>
    /// <param name="path">The layer.</param>
    /// <param name="rank">The rank that it must have.</param>
    /// <param name="inFeatures">The width that it must have.</param>
    /// <returns>[r, inFeatures], row-major; the caller's own.</returns>
    /// <exception cref="InvalidAdapterOptionsException">There is none, or one of another shape.</exception>
    public float[] Of(string path, int rank, int inFeatures)
    {
        if (!_factors.TryGetValue(path, out var factor))
        {
            throw new InvalidAdapterOptionsException(
                $"adapter.initialisation: the file {Sha256} has no factor for {path}; make it for this base model and these targets."
            );
        }

        return factor.Rank == rank && factor.InFeatures == inFeatures
            ? factor.Values.ToArray()
            : throw new InvalidAdapterOptionsException(
                $"adapter.initialisation: the factor of {path} is [{factor.Rank}, {factor.InFeatures}]; expected [{rank}, {inFeatures}]. "
                    + "Write the rankPattern that was printed when the file was made."
            );
    }

    private static InitialFactor Factor(TensorEntry entry, byte[] bytes, long dataStart)
    {
        var name = entry.Name;
        if (
            entry.Type != torch.ScalarType.Float32
            || !name.EndsWith(Suffix, StringComparison.Ordinal)
            || entry.Shape is not [>= 1 and <= AdapterOptions.MaxRank, <= int.MaxValue]
            || entry.Shape[1] < entry.Shape[0]
        )
        {
            throw new InvalidCheckpointException(
                $"'{name}' is {entry.Type} [{string.Join(", ", entry.Shape)}]; expected LAYER{Suffix}, Float32 [r, in] with r ≤ in and r ≤ {AdapterOptions.MaxRank}."
            );
        }

        // The header has been checked: the bytes of each entry are there, and as many as its shape has.
        var raw = bytes.AsSpan((int)(dataStart + entry.Begin), (int)(entry.End - entry.Begin));
        var values = new float[raw.Length / sizeof(float)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(raw[(i * sizeof(float))..]);
        }

        var factor = new InitialFactor(name[..^Suffix.Length], (int)entry.Shape[0], (int)entry.Shape[1], values);
        RequireOrthonormal(factor);
        return factor;
    }

    private static void RequireOrthonormal(InitialFactor factor)
    {
        var values = factor.Values.Span;
        for (var i = 0; i < factor.Rank; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var product = 0.0;
                for (var k = 0; k < factor.InFeatures; k++)
                {
                    product += (double)values[(i * factor.InFeatures) + k] * values[(j * factor.InFeatures) + k];
                }

                // NaN is within no tolerance either.
                if (!(Math.Abs(product - (i == j ? 1 : 0)) <= Tolerance))
                {
                    throw new InvalidCheckpointException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"the rows of the factor of {factor.Path} are not orthonormal: rows {j} and {i} have the product {product}."
                        )
                    );
                }
            }
        }
    }

    private static byte[] Header(InitialFactor[] factors) =>
        SafetensorsHeaderBytes.Of(
            factors.Select(factor =>
                (
                    $"{factor.Path}{Suffix}",
                    "F32",
                    (IReadOnlyList<long>)[factor.Rank, factor.InFeatures],
                    sizeof(float) * (long)factor.Values.Length
                )
            ),
            [new("format", FormatName)]
        );
}
