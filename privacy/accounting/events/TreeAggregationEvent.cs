namespace Federated.Privacy.Accounting;

/// <summary>
/// All releases of one DP-FTRL tree: partial sums over the complete binary blocks of the steps, each with Gaussian noise of standard deviation
/// noiseMultiplier × maxGradNorm. No sampling: every unit's steps may be known.
/// </summary>
/// <remarks>
/// Kairouz, McMahan, Song, Thakkar, Thakurta, Xu 2021 (arXiv 2103.00039), appendix D. The whole tree is one Gaussian release whose squared sensitivity is
/// Σ over blocks of (a unit's participations in the block)². Level by level the largest sum under the participation limits is taken, so the value is an upper bound,
/// and exact wherever one pattern is worst on all levels. A restart is one more tree: trees that the same unit may be in are composed
/// (<see cref="ComposedEvent"/>); of trees on disjoint units only the most costly one is. Neighbouring: one unit's contributions set to zero.
/// </remarks>
public sealed record TreeAggregationEvent : PrivacyEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="noiseMultiplier">Noise standard deviation of one node ÷ L2 bound of one contribution; finite and &gt; 0.</param>
    /// <param name="steps">Leaves of the tree; ≥ 1.</param>
    /// <param name="maxParticipations">Steps that one unit takes part in, at most; ≥ 1.</param>
    /// <param name="minSeparation">Steps between two participations of one unit, at least; ≥ 0 (0: consecutive steps are possible).</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public TreeAggregationEvent(double noiseMultiplier, long steps, long maxParticipations = 1, long minSeparation = 0)
    {
        NoiseMultiplier = PrivacyArgument.NoiseMultiplier(noiseMultiplier);
        Steps = PrivacyArgument.AtLeastOne(steps, nameof(steps));
        MaxParticipations = PrivacyArgument.AtLeastOne(maxParticipations, nameof(maxParticipations));
        MinSeparation = PrivacyArgument.Steps(minSeparation, nameof(minSeparation));
    }

    /// <summary>Noise standard deviation of one node ÷ L2 bound of one contribution.</summary>
    public double NoiseMultiplier { get; }

    /// <summary>Leaves of the tree.</summary>
    public long Steps { get; }

    /// <summary>Steps that one unit takes part in, at most.</summary>
    public long MaxParticipations { get; }

    /// <summary>Steps between two participations of one unit, at least.</summary>
    public long MinSeparation { get; }

    /// <summary>The squared L2 sensitivity of all nodes together, in units of one contribution's bound.</summary>
    public double SquaredSensitivity
    {
        get
        {
            var sum = 0.0;
            for (var block = 1L; block <= Steps; block = block > Steps / 2 ? Steps + 1 : 2 * block)
            {
                sum += LargestLevel(block, Steps / block);
            }

            return sum;
        }
    }

    /// <summary>The noise multiplier of the one Gaussian release that the tree is.</summary>
    public double EffectiveNoiseMultiplier => NoiseMultiplier / Math.Sqrt(SquaredSensitivity);

    // Largest Σ c² over the complete blocks of one level: as many participations as fit into as few blocks as possible.
    private double LargestLevel(long block, long blocks)
    {
        var fit = Math.Min(MaxParticipations, ((block - 1) / (MinSeparation + 1)) + 1);
        var full = Math.Min(blocks, MaxParticipations / fit);
        var rest = full < blocks ? MaxParticipations - (full * fit) : 0;
        return (full * (double)fit * fit) + ((double)rest * rest);
    }
}
