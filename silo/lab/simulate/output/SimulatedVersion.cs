namespace Federated.Lab.Simulate;

/// <summary>One published version of a simulation.</summary>
internal sealed record SimulatedVersion
{
    /// <summary>Its number; 0 = the initial adapter.</summary>
    public required long Version { get; init; }

    /// <summary>Virtual seconds since the beginning.</summary>
    public required double Seconds { get; init; }

    /// <summary>Rounds begun until then, those without anybody included.</summary>
    public required long Rounds { get; init; }

    /// <summary>N of the merge.</summary>
    public int Nodes { get; init; }

    /// <summary>The merged updates.</summary>
    public IReadOnlyList<SimulatedUpdate> Updates { get; init; } = [];

    /// <summary>Σ c.</summary>
    public double CoefficientSum { get; init; }

    /// <summary>√Σ c²: what the merge does to noise of the same size in each update.</summary>
    public double NoiseAmplification { get; init; }

    /// <summary>The same with ω = 1 and no lateness.</summary>
    public double UniformNoiseAmplification { get; init; }

    /// <summary>‖η Σ c Δ‖₂.</summary>
    public double StepNorm { get; init; }

    /// <summary>Bytes of the merged updates.</summary>
    public long BytesUp { get; init; }

    /// <summary>Bytes of the versions that nodes fetched since the version before.</summary>
    public long BytesDown { get; init; }

    /// <summary>Updates that were refused since the version before.</summary>
    public int Refused { get; init; }

    /// <summary>How good it is; null = not evaluated.</summary>
    public Score? Score { get; init; }

    /// <summary>Distinct nodes.</summary>
    public int Participants => Updates.Select(update => update.Node).Distinct().Count();

    /// <summary>How many updates have which staleness, by staleness.</summary>
    public IReadOnlyDictionary<long, int> Staleness =>
        Updates.CountBy(update => update.Staleness).OrderBy(pair => pair.Key).ToDictionary();
}
