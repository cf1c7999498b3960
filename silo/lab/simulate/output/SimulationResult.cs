namespace Federated.Lab.Simulate;

/// <summary>A finished simulation.</summary>
internal sealed record SimulationResult
{
    /// <summary>N.</summary>
    public required int Nodes { get; init; }

    /// <summary>The seed.</summary>
    public required long Seed { get; init; }

    /// <summary>aggregation.participation.method.</summary>
    public required string Method { get; init; }

    /// <summary>All versions, 0 first.</summary>
    public required IReadOnlyList<SimulatedVersion> Versions { get; init; }

    /// <summary>Rounds begun.</summary>
    public required long Rounds { get; init; }

    /// <summary>Those in which nobody took part: they made no version.</summary>
    public required long EmptyRounds { get; init; }

    /// <summary>Pieces of work that were lost with their machine.</summary>
    public required long LostWork { get; init; }

    /// <summary>Updates that were refused, because their base was too old.</summary>
    public required long Refused { get; init; }

    /// <summary>How often a node was silent for rounds.leaveAfter, and so left N.</summary>
    public required int NodesLeft { get; init; }

    /// <summary>Calls that the grains answered.</summary>
    public required long GrainCalls { get; init; }

    /// <summary>SHA-256 over the run's journal: equal for equal options.</summary>
    public required string JournalDigest { get; init; }

    /// <summary>SHA-256 of the last version's adapter.</summary>
    public required string AdapterDigest { get; init; }
}
