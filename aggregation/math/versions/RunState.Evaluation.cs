using System.Collections.Immutable;

namespace Federated.Aggregation;

// How the versions did on the run's public set.
public sealed partial record RunState
{
    /// <summary>Evaluations so far, by version.</summary>
    public ImmutableSortedDictionary<long, VersionEvaluation> Evaluations { get; private init; } =
        ImmutableSortedDictionary<long, VersionEvaluation>.Empty;

    /// <summary>The oldest published version that is to be judged and is not; null = none.</summary>
    public PublishedVersion? ToEvaluate =>
        Terms.Evaluation is { } terms
            ? Published.FirstOrDefault(version =>
                terms.IsDue(version.Number, Terms.Versions) && !Evaluations.ContainsKey(version.Number)
            )
            : null;

    /// <summary>Why the run ends before its last version; null = it goes on.</summary>
    public string? WhyStop =>
        Phase == RunPhase.Running && Open is null or { TakesUpdates: true }
            ? Terms.Evaluation?.WhyStop(Evaluations.Values.Select(evaluation => evaluation.NatsPerToken))
            : null;

    private RunState Evaluate(VersionEvaluated e)
    {
        var version = e.Evaluation.Version;
        Require(e, version >= 0 && version < Published.Count, $"version {version} is not published");
        Require(e, !Evaluations.ContainsKey(version), $"version {version} is evaluated already");
        return this with { Evaluations = Evaluations.Add(version, e.Evaluation) };
    }
}
