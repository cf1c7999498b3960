namespace Federated.Protocol;

/// <summary>How long what replay needs is kept. This version of the silo deletes nothing: it keeps everything.</summary>
public sealed record RetentionSection
{
    /// <summary>How long a node keeps its copy of an answered update. The silo keeps all raw update blobs.</summary>
    public TimeSpan Updates { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Published versions to keep; null = all, the only choice so far.</summary>
    public int? Versions { get; init; }
}
