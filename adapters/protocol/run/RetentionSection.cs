namespace Federated.Protocol;

/// <summary>How long what replay needs is kept. Published versions and what the next merge reads are always kept.</summary>
public sealed record RetentionSection
{
    /// <summary>
    /// How long the silo keeps the bytes of an update after its version was published, and a node its copy of an answered one. ≥ 0. Older versions can no
    /// longer be replayed.
    /// </summary>
    public TimeSpan Updates { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Published versions to keep; null = all, the only choice so far.</summary>
    public int? Versions { get; init; }
}
