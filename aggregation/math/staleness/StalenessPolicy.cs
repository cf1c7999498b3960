namespace Federated.Aggregation;

/// <summary>Decides how late updates are merged. Pure: the same update and version always give the same decision.</summary>
/// <param name="Method">Weighted or dropped.</param>
/// <param name="Exponent">Exponent of the polynomial; 0 leaves late updates as they are. ≥ 0.</param>
public sealed record StalenessPolicy(StalenessMethod Method, double Exponent)
{
    // The smallest normal double, 2^-1022.
    private const double LeastScale = 2.2250738585072014e-308;

    /// <summary>Weighted with exponent ½.</summary>
    public static StalenessPolicy Default { get; } = new(StalenessMethod.Weighted, 0.5);

    /// <summary>The factor of an update with staleness τ. (0, 1], or 0 when it is dropped.</summary>
    public double Scale(long staleness)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(staleness);
        if (staleness == 0)
        {
            return 1.0;
        }

        // A factor of 0 means left out: what is only scaled never rounds down to it.
        return Method == StalenessMethod.Drop ? 0.0 : Math.Max(LeastScale, Math.Pow(1.0 + staleness, -Exponent));
    }

    /// <summary>The decision about one update.</summary>
    /// <param name="update">An accepted update.</param>
    /// <param name="latestVersion">The newest published version, to which the merge is applied.</param>
    public StalenessDecision Decide(AcceptedUpdate update, long latestVersion)
    {
        var staleness = latestVersion - update.BaseVersion;
        return new(update.NodeId, update.BaseVersion, staleness, Scale(staleness), update.Digest);
    }
}
