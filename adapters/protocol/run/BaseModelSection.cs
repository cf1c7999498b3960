namespace Federated.Protocol;

/// <summary>The base model by name and digest.</summary>
public sealed record BaseModelSection
{
    /// <summary>What node.yaml maps to a Hugging Face folder.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 over the folder's sorted per-file digests, 64 hex digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>How nodes keep the frozen weights in training: float32 | bfloat16 | int8 | nf4. The adapter fits the model as it is kept.</summary>
    public string Precision { get; init; } = "float32";

    /// <summary>SHA-256 over the packed weights, 64 hex digits, with int8 and nf4; null with the others. <c>fednode model digest</c> prints it.</summary>
    public string? PackedSha256 { get; init; }
}
