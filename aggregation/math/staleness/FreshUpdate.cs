namespace Federated.Aggregation;

/// <summary>An accepted update after the decision about its lateness: it may be weighted and merged.</summary>
public sealed record FreshUpdate
{
    private FreshUpdate(AcceptedUpdate update, StalenessDecision decision)
    {
        NodeId = update.NodeId;
        BaseVersion = update.BaseVersion;
        Digest = decision.CorrectedDigest;
        Staleness = decision.Staleness;
        Scale = decision.Scale;
        Norm = update.Norm;
    }

    /// <summary>The node.</summary>
    public string NodeId { get; }

    /// <summary>The version the update was computed from.</summary>
    public long BaseVersion { get; }

    /// <summary>SHA-256 of the bytes to merge.</summary>
    public string Digest { get; }

    /// <summary>τ in versions. ≥ 0.</summary>
    public long Staleness { get; }

    /// <summary>Factor for lateness. (0, 1].</summary>
    public double Scale { get; }

    /// <summary>‖Δ‖₂ of the update as it came.</summary>
    public double Norm { get; }

    /// <summary>The update as the decision leaves it, or null when the decision leaves it out.</summary>
    /// <exception cref="ArgumentException">The decision is about another update.</exception>
    public static FreshUpdate? From(AcceptedUpdate update, StalenessDecision decision)
    {
        if (decision.NodeId != update.NodeId || decision.BaseVersion != update.BaseVersion)
        {
            throw new ArgumentException(
                $"the decision is about {decision.NodeId}/{decision.BaseVersion}, the update is {update.NodeId}/{update.BaseVersion}",
                nameof(decision)
            );
        }

        return decision.Dropped ? null : new(update, decision);
    }
}
