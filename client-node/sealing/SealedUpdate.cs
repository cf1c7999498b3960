using System.Text.Json.Serialization;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>One update in its final bytes, as the spool holds it. Only these bytes are ever sent for this base.</summary>
internal sealed record SealedUpdate
{
    /// <summary>The run.</summary>
    public required string RunDigest { get; init; }

    /// <summary>The silo's epoch.</summary>
    public required long Epoch { get; init; }

    /// <summary>The version that training started from.</summary>
    public required long BaseVersion { get; init; }

    /// <summary>SHA-256 of that version's blob.</summary>
    public required string BaseDigest { get; init; }

    /// <summary>SHA-256 of the sealed bytes.</summary>
    public required string UpdateDigest { get; init; }

    /// <summary>Number of the sealed bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Noised steps inside.</summary>
    public required long StepsDone { get; init; }

    /// <summary>The gradient bound that the next update goes on from; null where it is a constant of the run.</summary>
    public double? NextMaxGradNorm { get; init; }

    /// <summary>The noised metric that was drawn with it, once; null = none was due.</summary>
    public AttestedMetric? Metric { get; init; }

    /// <summary>When the bytes became final, UTC.</summary>
    public required DateTimeOffset SealedAt { get; init; }

    /// <summary>Where it lies.</summary>
    [JsonIgnore]
    public string Folder { get; init; } = "";

    /// <summary>What the node claims about the bytes, and its signature; null until the ledger knows them.</summary>
    [JsonIgnore]
    public SignedAttestation? Attestation { get; init; }

    /// <summary>True: the silo has answered, by a receipt or by a final no. Nothing is to be sent unless it asks again.</summary>
    [JsonIgnore]
    public bool IsAnswered { get; init; }

    /// <summary>Opens the sealed bytes.</summary>
    public Stream OpenRead() =>
        new FileStream(Path.Combine(Folder, UpdateSpool.BytesName), FileMode.Open, FileAccess.Read);
}
