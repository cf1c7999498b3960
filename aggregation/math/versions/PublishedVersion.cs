namespace Federated.Aggregation;

/// <summary>A version that nodes can start from.</summary>
/// <param name="Number">0 = the initial adapter.</param>
/// <param name="Digest">SHA-256 of the adapter blob.</param>
/// <param name="Length">Bytes of the blob.</param>
/// <param name="OpenedAt">When its updates began to arrive; null for version 0.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="Report">How it came about; null for version 0.</param>
/// <param name="OptimizerState">SHA-256 of the server optimizer's state after it; null where there is none.</param>
public sealed record PublishedVersion(
    long Number,
    string Digest,
    long Length,
    DateTimeOffset? OpenedAt,
    DateTimeOffset PublishedAt,
    VersionReport? Report,
    string? OptimizerState = null
)
{
    /// <summary>The frozen products that the version has beside its adapter; null = none.</summary>
    public StoredBlob? Residual { get; init; }

    /// <summary>What its merge could not publish, which the next merge gets; null = nothing.</summary>
    public StoredBlob? Tail { get; init; }

    /// <summary>SHA-256 of where the robust rule starts in the next version (centered clipping); null = at zero.</summary>
    public string? Centre { get; init; }
}
