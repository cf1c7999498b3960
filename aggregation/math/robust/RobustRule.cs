using System.Text.Json.Serialization;

namespace Federated.Aggregation;

/// <summary>A run's rule against hostile or broken updates. It acts on each node's update before ω.</summary>
public sealed record RobustRule
{
    /// <summary>Which one.</summary>
    public required RobustMethod Method { get; init; }

    /// <summary>Longer updates are scaled down to this L2 norm first; null = none. &gt; 0.</summary>
    public double? Bound { get; init; }

    /// <summary>f of krum and multi-Krum. ≥ 0.</summary>
    public int Byzantine { get; init; }

    /// <summary>Share of the nodes that trimmed mean leaves out at each end. [0, 0.5).</summary>
    public double Trim { get; init; }

    /// <summary>
    /// Whether median and trimmed mean count a node with its weight, as if it had so many votes; false = one vote each. The other rules, but for krum, always
    /// count weights.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsWeighted { get; init; }

    /// <summary>Nodes that multi-Krum averages; null = all but f.</summary>
    public int? Select { get; init; }

    /// <summary>Radius of centered clipping. &gt; 0.</summary>
    public double Radius { get; init; }

    /// <summary>Iterations of geometric median and centered clipping. ≥ 1.</summary>
    public int Iterations { get; init; } = 8;

    /// <summary>The most that honest records can move an update beside its noise (<see cref="HonestUpdate.SignalToNoise"/>); null without noise.</summary>
    public double? SignalToNoise { get; init; }

    /// <summary>Whether it looks at each coordinate by itself.</summary>
    public bool IsOrderStatistic => Method is RobustMethod.Median or RobustMethod.TrimmedMean;

    /// <summary>Whether it looks at distances between updates, and ends in other coefficients.</summary>
    public bool IsByDistance => Method != RobustMethod.NormBound && !IsOrderStatistic;

    /// <summary>The factor for an update of a norm. (0, 1].</summary>
    public double ClipOf(double norm) => Bound is { } bound && norm > bound ? bound / norm : 1.0;
}
