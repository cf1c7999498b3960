using System.Globalization;

namespace Federated.Privacy.Accounting;

/// <summary>The ranges of the field's parameters, checked in one place, so that every refusal reads the same.</summary>
internal static class PrivacyArgument
{
    public static double NoiseMultiplier(double value, string name = "noiseMultiplier") =>
        value > 0 && double.IsFinite(value) ? value : throw Refuse(name, value, "a finite number > 0");

    public static double SamplingRate(double value, string name = "samplingRate") =>
        value is >= 0 and <= 1 ? value : throw Refuse(name, value, "a probability in [0, 1]");

    public static double Delta(double value, string name = "delta") =>
        value is > 0 and < 1
            ? value
            : throw Refuse(name, value, "a probability in (0, 1), below 1 ÷ number of records");

    public static double Epsilon(double value, string name = "epsilon") =>
        value > 0 && double.IsFinite(value) ? value : throw Refuse(name, value, "a finite number > 0");

    public static double PositiveFinite(double value, string name) =>
        value > 0 && double.IsFinite(value) ? value : throw Refuse(name, value, "a finite number > 0");

    public static long Steps(long value, string name = "steps") =>
        value >= 0 ? value : throw Refuse(name, value, "a count ≥ 0");

    public static long AtLeastOne(long value, string name) =>
        value >= 1 ? value : throw Refuse(name, value, "a count ≥ 1");

    private static ArgumentOutOfRangeException Refuse(string name, double value, string expected) =>
        new(name, value, string.Create(CultureInfo.InvariantCulture, $"{name} = {value}; expected {expected}"));
}
