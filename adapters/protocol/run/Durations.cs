using System.Globalization;

namespace Federated.Protocol;

/// <summary>Durations as run documents write them: a number and a unit, such as 10m, 30s, 24h, 1.5h, 30d, 250ms.</summary>
public static class Durations
{
    private static readonly (string Unit, long Milliseconds)[] Units =
    [
        ("ms", 1),
        ("s", 1_000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
    ];

    /// <summary>Reads a duration of whole milliseconds, 0 … 36500d.</summary>
    /// <param name="text">Such as 1.5h.</param>
    /// <param name="duration">The duration, when the answer is true.</param>
    /// <returns>Whether the text is a duration.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var number = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz");
        var unit = text[number.Length..];
        var milliseconds = Units.FirstOrDefault(known => known.Unit == unit).Milliseconds;
        const NumberStyles Style = NumberStyles.AllowDecimalPoint;
        if (
            milliseconds == 0
            || !decimal.TryParse(number, Style, CultureInfo.InvariantCulture, out var count)
            || count > 36_500m * 86_400_000
        )
        {
            return false;
        }

        var total = count * milliseconds;
        if (total != decimal.Truncate(total) || total > 36_500m * 86_400_000)
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds((long)total);
        return true;
    }

    /// <summary>Writes a duration in the largest unit that divides it, so that equal durations look the same.</summary>
    /// <param name="duration">Whole milliseconds, not negative.</param>
    /// <returns>Such as 90m.</returns>
    public static string Format(TimeSpan duration)
    {
        var total = duration.Ticks / TimeSpan.TicksPerMillisecond;
        var (unit, milliseconds) = total == 0 ? Units[1] : Units.Last(known => total % known.Milliseconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{total / milliseconds}{unit}");
    }
}
