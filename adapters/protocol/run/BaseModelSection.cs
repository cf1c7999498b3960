namespace Federated.Protocol;

/// <summary>The base model by name and digest.</summary>
public sealed record BaseModelSection
{
    /// <summary>What node.yaml maps to a Hugging Face folder.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 over the folder's sorted per-file digests, 64 hex digits.</summary>
    public required string Sha256 { get; init; }
}
