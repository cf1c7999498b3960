namespace Federated.Aggregation;

/// <summary>What takes the place of the weighted mean, so that a few hostile updates cannot move it far.</summary>
public enum RobustMethod
{
    /// <summary>The weighted mean of updates whose norms are bounded.</summary>
    NormBound,

    /// <summary>The median of each coordinate (Yin et al. 2018), of the nodes or of their weight.</summary>
    Median,

    /// <summary>The mean of each coordinate without its largest and smallest values (Yin et al. 2018), or without a share of the weight at each end.</summary>
    TrimmedMean,

    /// <summary>The one update that is nearest to its neighbours (Blanchard et al. 2017).</summary>
    Krum,

    /// <summary>The weighted mean of the updates that are nearest to their neighbours.</summary>
    MultiKrum,

    /// <summary>The point with the least weighted sum of distances, by smoothed Weiszfeld steps (RFA, Pillutla et al. 2022).</summary>
    GeometricMedian,

    /// <summary>The weighted mean of differences from a running centre, each cut to a radius (Karimireddy et al. 2021).</summary>
    CenteredClip,
}
