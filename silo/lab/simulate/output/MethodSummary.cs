namespace Federated.Lab.Simulate;

/// <summary>A simulation in one line: the mean over the last tenth of its versions, since a single version is noisy.</summary>
internal sealed record MethodSummary
{
    /// <summary>aggregation.participation.method.</summary>
    public required string Method { get; init; }

    /// <summary>f = (1 ÷ N) Σ F_n.</summary>
    public required double Loss { get; init; }

    /// <summary>Over the tenth of the nodes that take part least.</summary>
    public required double RareLoss { get; init; }

    /// <summary>Share of right answers; null without any.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Over the tenth of the nodes that take part least.</summary>
    public required double? RareAccuracy { get; init; }

    /// <summary>Nodes in a version, over all versions.</summary>
    public required double Participants { get; init; }

    /// <summary>Mean staleness of a merged update.</summary>
    public required double Staleness { get; init; }

    /// <summary>Noise of a version, relative to ω = 1, over all versions.</summary>
    public required double NoiseAmplification { get; init; }

    /// <summary>Bytes of all merged updates.</summary>
    public required long BytesUp { get; init; }

    /// <summary>Bytes of all versions that nodes fetched.</summary>
    public required long BytesDown { get; init; }

    /// <summary>Sums a simulation up.</summary>
    public static MethodSummary Of(SimulationResult result)
    {
        var scores = result.Versions.Select(version => version.Score).OfType<Score>().ToList();
        var last = scores.TakeLast(Math.Max(1, scores.Count / 10)).ToList();
        var merged = result.Versions.Where(version => version.Updates.Count > 0).ToList();
        return new()
        {
            Method = result.Method,
            Loss = last.Average(score => score.Loss),
            RareLoss = last.Average(score => score.RareLoss),
            Accuracy = last.Average(score => score.Accuracy),
            RareAccuracy = last.Average(score => score.RareAccuracy),
            Participants = merged.Average(version => version.Participants),
            Staleness = merged.SelectMany(version => version.Updates).Average(update => update.Staleness),
            NoiseAmplification = merged.Average(version =>
                version.NoiseAmplification / version.UniformNoiseAmplification
            ),
            BytesUp = merged.Sum(version => version.BytesUp),
            BytesDown = merged.Sum(version => version.BytesDown),
        };
    }
}
