using System.Numerics;

namespace Federated.Adapters.Quantization;

/// <summary>
/// Symmetric 8-bit rows: q = round(127 w ÷ largest magnitude of the row), ties to even; w ≈ q · (largest ÷ 127). Fixed order, one float32
/// rounding an operation: the same bits on every machine.
/// </summary>
internal static class Int8Codec
{
    private const float Steps = 127;

    /// <summary>Packs one row.</summary>
    /// <param name="row">Finite numbers.</param>
    /// <param name="codes">As many codes.</param>
    /// <returns>The row's scale.</returns>
    public static float Quantize(ReadOnlySpan<float> row, Span<sbyte> codes)
    {
        var largest = 0f;
        foreach (var value in row)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        for (var i = 0; i < row.Length; i++)
        {
            codes[i] = largest == 0 ? (sbyte)0 : (sbyte)MathF.Round(row[i] / largest * Steps);
        }

        return largest / Steps;
    }

    /// <summary>Unpacks one row: code times scale.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="scale">The row's scale.</param>
    /// <param name="row">Filled.</param>
    public static void Dequantize(ReadOnlySpan<sbyte> codes, float scale, Span<float> row)
    {
        var factor = new Vector<float>(scale);
        var lane = Vector<float>.Count;
        var i = 0;
        for (; i <= row.Length - Vector<sbyte>.Count; i += Vector<sbyte>.Count)
        {
            Vector.Widen(new Vector<sbyte>(codes[i..]), out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            (Vector.ConvertToSingle(first) * factor).CopyTo(row[i..]);
            (Vector.ConvertToSingle(second) * factor).CopyTo(row[(i + lane)..]);
            (Vector.ConvertToSingle(third) * factor).CopyTo(row[(i + (2 * lane))..]);
            (Vector.ConvertToSingle(fourth) * factor).CopyTo(row[(i + (3 * lane))..]);
        }

        for (; i < row.Length; i++)
        {
            row[i] = codes[i] * scale;
        }
    }
}
