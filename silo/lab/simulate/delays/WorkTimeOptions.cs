using System.Globalization;
using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>The times of virtual nodes.</summary>
internal sealed record WorkTimeOptions
{
    private const string Expected =
        "expected constant:60s, exponential:60s (mean) or lognormal:60s:0.5 (median, standard deviation of the logarithm)";

    /// <summary>The kind.</summary>
    public WorkTimeDistribution Distribution { get; init; }

    /// <summary>The constant, the mean or the median. &gt; 0.</summary>
    public TimeSpan Typical { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Standard deviation of the logarithm, log-normal only. ≥ 0.</summary>
    public double Spread { get; init; } = 0.5;

    /// <summary>Share of the nodes that are always slow. 0 … 1.</summary>
    public double StragglerShare { get; init; }

    /// <summary>How many times as long they take. ≥ 1.</summary>
    public double StragglerFactor { get; init; } = 10;

    /// <summary>Share of the work that is lost. 0 … 1.</summary>
    public double DropOut { get; init; }

    /// <summary>Reads "constant:60s", "exponential:60s" or "lognormal:60s:0.5".</summary>
    /// <exception cref="FormatException">It is something else; the message says what was expected.</exception>
    public static WorkTimeOptions Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length < 2 || !Durations.TryParse(parts[1], out var typical) || typical <= TimeSpan.Zero)
        {
            throw new FormatException($"\"{text}\"; {Expected}");
        }

        return parts switch
        {
            ["constant", _] => new() { Typical = typical },
            ["exponential", _] => new() { Distribution = WorkTimeDistribution.Exponential, Typical = typical },
            ["lognormal", _, var spread]
                when double.TryParse(spread, NumberStyles.Float, CultureInfo.InvariantCulture, out var sigma)
                    && sigma >= 0
                    && double.IsFinite(sigma) => new()
            {
                Distribution = WorkTimeDistribution.LogNormal,
                Typical = typical,
                Spread = sigma,
            },
            _ => throw new FormatException($"\"{text}\"; {Expected}"),
        };
    }
}
