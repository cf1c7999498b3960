namespace Federated.Protocol;

/// <summary>How long the silo keeps what replay needs.</summary>
public sealed record RetentionSection
{
    /// <summary>Raw update blobs.</summary>
    public TimeSpan Updates { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Published versions to keep; null = all.</summary>
    public int? Versions { get; init; }
}
