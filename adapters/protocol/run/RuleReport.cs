using System.Globalization;
using System.Numerics;

namespace Federated.Protocol;

/// <summary>Collects broken rules.</summary>
internal sealed class RuleReport
{
    public const int MaxCount = 1_000_000;

    public List<RunDocumentError> Errors { get; } = [];

    public void Add(string path, string? value, string reason, string fix) =>
        Errors.Add(new(null, path, value, reason, fix));

    public void Add(string path, double value, string reason, string fix) => Add(path, Show(value), reason, fix);

    public void Count(string path, long value, long least = 1) => Range(path, value, least, MaxCount);

    public void Range<T>(string path, T value, T least, T most)
        where T : INumber<T>
    {
        // NaN is in no range.
        if (!(value >= least && value <= most))
        {
            Add(path, Show(value), "out of range", $"write {Show(least)} … {Show(most)}");
        }
    }

    public void Positive(string path, double value)
    {
        // NaN is not > 0 either.
        if (!(value > 0) || double.IsInfinity(value))
        {
            Add(path, value, "must be more than 0", "write a number > 0");
        }
    }

    /// <summary>More than 0 and at most <paramref name="most"/>: beyond it float32 values soon overflow.</summary>
    public void Positive(string path, double value, double most)
    {
        Positive(path, value);
        if (value > most && !double.IsInfinity(value))
        {
            Add(path, value, "too large", $"write a number > 0 and ≤ {Show(most)}");
        }
    }

    public void NotNegative(string path, double value)
    {
        if (!(value >= 0) || double.IsInfinity(value))
        {
            Add(path, value, "must not be negative", "write 0 or more");
        }
    }

    /// <summary>At least 0 and less than 1.</summary>
    public void Fraction(string path, double value)
    {
        if (!(value >= 0 && value < 1))
        {
            Add(path, value, "out of range", "write a number ≥ 0 and < 1");
        }
    }

    public void OneOf(string path, string value, params string[] choices)
    {
        if (!choices.Contains(value))
        {
            var near = Spelling.Nearest(value, choices) is { } word ? $" (did you mean {word}?)" : "";
            Add(path, value, "not a choice", $"write {string.Join(" or ", choices)}{near}");
        }
    }

    /// <summary>Names end in canonical JSON and in file names: plain ASCII without escapes.</summary>
    public void Name(string path, string value, string alsoAllowed)
    {
        var plain =
            value.Length is > 0 and <= 64
            && char.IsAsciiLetterOrDigit(value[0])
            && value.All(c => char.IsAsciiLetterOrDigit(c) || alsoAllowed.Contains(c, StringComparison.Ordinal));
        if (!plain)
        {
            Add(
                path,
                value,
                "not a name",
                $"write 1 … 64 of a-z A-Z 0-9 {alsoAllowed}, beginning with a letter or digit"
            );
        }
    }

    /// <summary>Part of a module path, with * for any characters.</summary>
    public void Pattern(string path, string value)
    {
        var plain =
            value.Length is > 0 and <= 128
            && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '*')
            && value.Any(char.IsAsciiLetterOrDigit);
        if (!plain)
        {
            Add(path, value, "not a layer's name", "write 1 … 128 of a-z A-Z 0-9 _ . - and * for any characters");
        }
    }

    public void Hex(string path, string value, int least, int most)
    {
        if (value.Length < least || value.Length > most || !value.All(char.IsAsciiHexDigitLower))
        {
            var digits = least == most ? $"{least}" : $"{least} … {most}";
            Add(path, value, "not a digest", $"write {digits} digits of 0-9 a-f");
        }
    }

    public void Duration(string path, TimeSpan value, TimeSpan least)
    {
        var most = TimeSpan.FromDays(36_500);
        if (value < least || value > most || value.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            Add(
                path,
                value.ToString("c", CultureInfo.InvariantCulture),
                "out of range",
                $"write {Durations.Format(least)} … {Durations.Format(most)} in whole milliseconds"
            );
        }
    }

    private static string Show<T>(T value)
        where T : INumber<T> => value.ToString(null, CultureInfo.InvariantCulture);
}
