namespace Federated.Protocol;

/// <summary>Where the A factors come from when not from the seed: a file that was made once from public text and that every party holds.</summary>
public sealed record InitialisationSection
{
    /// <summary>How the file was made: eva (explained variance, Paischer et al. 2024).</summary>
    public string Method { get; init; } = "eva";

    /// <summary>SHA-256 of the file, 64 hex digits. <c>fedsilo adapter init</c> makes the file and prints it.</summary>
    public required string Sha256 { get; init; }
}
