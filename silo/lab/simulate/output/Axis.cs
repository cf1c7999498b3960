using System.Globalization;

namespace Federated.Lab.Simulate;

/// <summary>An axis of a chart.</summary>
/// <param name="Least">Where it begins.</param>
/// <param name="Most">Where it ends; larger.</param>
/// <param name="Ticks">Round numbers between them.</param>
internal sealed record Axis(double Least, double Most, IReadOnlyList<double> Ticks)
{
    private const int WantedTicks = 6;

    /// <summary>An axis on which all of some numbers have a place.</summary>
    /// <param name="values">Finite numbers; may be empty.</param>
    public static Axis Around(IReadOnlyList<double> values)
    {
        var (least, most) = values.Count == 0 ? (0, 1) : (values.Min(), values.Max());
        if (most - least <= Math.Abs(most) * 1e-12)
        {
            (least, most) = (least - 1, most + 1);
        }

        var step = RoundStep((most - least) / WantedTicks);
        var first = Math.Ceiling(least / step);
        var count = (int)(Math.Floor(most / step) - first) + 1;
        return new(least, most, [.. Enumerable.Range(0, Math.Max(0, count)).Select(i => (first + i) * step)]);
    }

    /// <summary>Where a number is: 0 at the beginning, 1 at the end.</summary>
    public double Share(double value) => (value - Least) / (Most - Least);

    /// <summary>A tick in few characters.</summary>
    public static string Show(double tick) => tick.ToString("G5", CultureInfo.InvariantCulture);

    // 1, 2 or 5 times a power of ten.
    private static double RoundStep(double raw)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var share = raw / power;
        return power
            * (
                share <= 1 ? 1
                : share <= 2 ? 2
                : share <= 5 ? 5
                : 10
            );
    }
}
