using System.Globalization;

namespace Federated.Lab.Demo.Views;

/// <summary>Numbers as people read them, the same on every machine.</summary>
internal static class Numbers
{
    /// <summary>Bytes in B, KB, MB or GB (powers of 1 000).</summary>
    public static string Bytes(double bytes) =>
        bytes switch
        {
            < 1e3 => Text($"{bytes:0} B"),
            < 1e6 => Text($"{bytes / 1e3:0} KB"),
            < 1e9 => Text($"{bytes / 1e6:0.0} MB"),
            _ => Text($"{bytes / 1e9:0.00} GB"),
        };

    /// <summary>Minutes and seconds.</summary>
    public static string Duration(TimeSpan time) => Text($"{(int)time.TotalMinutes:00}:{time.Seconds:00}");

    /// <summary>A change with its sign.</summary>
    public static string Change(double change) => Text($"{(change < 0 ? "−" : "+")}{Math.Abs(change):0.000}");

    /// <summary>Formats without regard to the machine's language.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
