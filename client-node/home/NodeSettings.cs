namespace Federated.ClientNode;

/// <summary>node.yaml: what the owner decides. Made at the first join; edited by the owner alone.</summary>
internal sealed record NodeSettings
{
    /// <summary>The share of records that is held out where node.yaml says nothing.</summary>
    public const double DefaultHoldOutFraction = 0.1;

    /// <summary>Address of the silo. Plain http only on loopback.</summary>
    public required Uri Silo { get; init; }

    /// <summary>A name for people; the identity is the key.</summary>
    public required string Name { get; init; }

    /// <summary>The data and their budget.</summary>
    public required SourceSettings Source { get; init; }

    /// <summary>Base model name → Hugging Face folder.</summary>
    public required IReadOnlyDictionary<string, string> Models { get; init; }

    /// <summary>What the owner agrees to.</summary>
    public required PolicySettings Policy { get; init; }

    /// <summary>Expected share of records that are never trained on, [0, 0.5].</summary>
    public double HoldOutFraction { get; init; } = DefaultHoldOutFraction;

    /// <summary>The declared number of held-out records: the public divisor of noised metrics, ≥ 1. Never the true number.</summary>
    public long DeclaredHeldOut => Math.Max(1, (long)Math.Round(Source.DeclaredRecords * HoldOutFraction));

    /// <summary>
    /// The declared number of records (or subjects) that can be sampled: the public constant behind the sampling rate. It comes from what the
    /// owner declared, never from the data.
    /// </summary>
    public int DeclaredTrainingUnits => (int)Math.Floor(Source.DeclaredUnits * (1 - HoldOutFraction));
}
