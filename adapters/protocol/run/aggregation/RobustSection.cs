namespace Federated.Protocol;

/// <summary>A rule against hostile or broken updates. It acts on updates before they are weighed.</summary>
public sealed record RobustSection
{
    /// <summary>normBound | median | trimmedMean | krum | multiKrum | geometricMedian | centeredClip | none.</summary>
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

    /// <summary>
    /// centeredClip: radius around the previous version's step (merge: ffa) or around no step at all (other merges, whose factors are not those of a
    /// common basis). &gt; 0.
    /// </summary>
    public double? Radius { get; init; }

    /// <summary>geometricMedian and centeredClip: iterations. 1 … 100.</summary>
    public int? Iterations { get; init; }

    /// <summary>
    /// The rule of a document: its own; where it says nothing, the bound that no honest update exceeds, if the public constants of the local program give one.
    /// Paper mode (weightCap: none) and central privacy, which has a bound of its own, have none by default.
    /// </summary>
    /// <param name="document">A document that fulfils <see cref="RunDocumentRules"/>.</param>
    /// <returns>The rule; null = nothing is done.</returns>
    public static RobustSection? Of(RunDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var aggregation = document.Aggregation;
        if (aggregation.Robust is { } own)
        {
            return own.Method == "none" ? null : own;
        }

        var isPlain = aggregation.CentralPrivacy is null && aggregation.Participation.WeightCap != "none";
        return isPlain && HasClosedForm(document) ? new RobustSection() : null;
    }

    /// <summary>Whether the public constants say how long an honest update may be.</summary>
    internal static bool HasClosedForm(RunDocument document)
    {
        var (local, optimizer) = (document.Local, document.Local.Optimizer);
        var pulls =
            optimizer.Name == "sgd"
            && local.Proximal > 0
            && (optimizer.Momentum > 0 || local.Proximal * optimizer.LearningRate > 1);
        return optimizer.WeightDecay == 0 && document.Privacy.AdaptiveClipping is null && !pulls;
    }
}
