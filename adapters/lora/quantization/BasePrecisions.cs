namespace Federated.Adapters.Quantization;

/// <summary>Names of <see cref="BasePrecision"/>.</summary>
public static class BasePrecisions
{
    /// <summary>Reads the name that run documents use.</summary>
    /// <param name="name">float32 | bfloat16 | int8 | nf4.</param>
    /// <returns>The precision.</returns>
    /// <exception cref="ArgumentException">Another name.</exception>
    public static BasePrecision Parse(string name) =>
        name switch
        {
            "float32" => BasePrecision.Full,
            "bfloat16" => BasePrecision.BFloat16,
            "int8" => BasePrecision.EightBit,
            "nf4" => BasePrecision.Nf4,
            _ => throw new ArgumentException(
                $"baseModel.precision = \"{name}\"; expected float32, bfloat16, int8 or nf4.",
                nameof(name)
            ),
        };
}
