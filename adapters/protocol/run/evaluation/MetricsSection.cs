namespace Federated.Protocol;

/// <summary>Noised metrics of private data: the sum of clipped losses on each node's held-out records, charged like training.</summary>
public sealed record MetricsSection
{
    /// <summary>Noise standard deviation ÷ lossClip; &gt; 0.</summary>
    public required double NoiseMultiplier { get; init; }

    /// <summary>The most that one record adds to the sum, nats a token; &gt; 0.</summary>
    public double LossClip { get; init; } = 10;

    /// <summary>Updates from every how many base versions carry one, version 0 first. ≥ 1.</summary>
    public int Every { get; init; } = 5;

    /// <summary>Whether an update from this base carries one.</summary>
    /// <param name="baseVersion">The version trained from.</param>
    public bool IsDue(long baseVersion) => baseVersion % Every == 0;

    /// <summary>How many metrics a node may release in a run.</summary>
    /// <param name="versions">Versions of the run; the last one is nobody's base.</param>
    public long Releases(long versions) => (versions + Every - 1) / Every;
}
