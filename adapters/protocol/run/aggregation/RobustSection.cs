namespace Federated.Protocol;

/// <summary>A rule against hostile or broken updates. It acts on updates before they are weighed.</summary>
public sealed record RobustSection
{
    /// <summary>normBound | median | trimmedMean | krum | multiKrum | geometricMedian | centeredClip.</summary>
    public string Method { get; init; } = "normBound";

    /// <summary>
    /// Longer updates are scaled down to this L2 norm, whatever the method. auto = what no honest update exceeds, by the public constants of the local
    /// program | none | a number &gt; 0. normBound has auto, other methods none when nothing is written.
    /// </summary>
    public string Bound { get; init; } = "auto";

    /// <summary>f of krum and multiKrum: hostile nodes at most in one version. ≥ 0.</summary>
    public int? Byzantine { get; init; }

    /// <summary>trimmedMean: share of the nodes that is left out at each end of each coordinate. [0, 0.5).</summary>
    public double? Trim { get; init; }

    /// <summary>multiKrum: how many nodes are averaged. ≥ 1; null = all but f.</summary>
    public int? Select { get; init; }

    /// <summary>centeredClip: radius around the previous version's step. &gt; 0.</summary>
    public double? Radius { get; init; }

    /// <summary>geometricMedian and centeredClip: iterations. 1 … 100.</summary>
    public int? Iterations { get; init; }
}
