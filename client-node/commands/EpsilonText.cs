using System.Globalization;

namespace Federated.ClientNode;

/// <summary>An ε in few digits that is still the bound it stands for: an upper one is rounded up, a lower one down.</summary>
internal static class EpsilonText
{
    /// <summary>An upper bound.</summary>
    /// <param name="epsilon">≥ 0; may be ∞.</param>
    /// <param name="digits">Decimals, 1 … 12; below 1 as many digits that are not leading zeros.</param>
    public static string Upper(double epsilon, int digits) => Rounded(epsilon, digits, Math.Ceiling);

    /// <summary>A lower bound.</summary>
    /// <inheritdoc cref="Upper"/>
    public static string Lower(double epsilon, int digits) => Rounded(epsilon, digits, Math.Floor);

    private static string Rounded(double epsilon, int digits, Func<double, double> round)
    {
        var leading = epsilon > 0 ? Math.Clamp((int)Math.Ceiling(-Math.Log10(epsilon)) - 1, 0, 40) : 0;
        var decimals = digits + leading;
        var scaled = epsilon * Math.Pow(10, decimals);
        // Where a double has no such digits there is nothing to round.
        var value = Math.Abs(scaled) < 1e15 ? round(scaled) / Math.Pow(10, decimals) : epsilon;
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }
}
