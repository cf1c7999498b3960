using System.Globalization;

namespace Federated.Protocol;

/// <summary>Numbers in places where a word may stand too.</summary>
internal static class Numbers
{
    /// <summary>Whether a text is a finite number above 0.</summary>
    public static bool IsPositive(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
        && number > 0;

    /// <summary>The number of a text that <see cref="IsPositive"/>.</summary>
    public static double Of(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
