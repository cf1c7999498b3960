namespace Federated.Protocol;

/// <summary>How long the silo keeps what replay needs. This version deletes nothing: it keeps everything, for ever.</summary>
public sealed record RetentionSection
{
    /// <summary>How long raw update blobs must be kept at least. Nothing is deleted yet, so any value holds.</summary>
    public TimeSpan Updates { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Published versions to keep; null = all, the only choice so far.</summary>
    public int? Versions { get; init; }
}
