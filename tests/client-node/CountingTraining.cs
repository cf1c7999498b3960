using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode.Tests;

/// <summary>Training that counts its attempts, and can be killed before or after one.</summary>
internal sealed class CountingTraining(ILocalTraining inner, List<long> bases) : ILocalTraining
{
    public Action<long> Before { get; init; } = _ => { };

    public Action<long> After { get; init; } = _ => { };

    /// <summary>Told version and number of steps done.</summary>
    public Action<long, int> Step { get; init; } = (_, _) => { };

    public Task<AdapterLayout> LayoutAsync(ConsentedRun run, CancellationToken cancellation) =>
        inner.LayoutAsync(run, cancellation);

    public async Task<float[]> TrainAsync(
        ConsentedRun run,
        TrainingBase from,
        Action<int> stepDone,
        CancellationToken cancellation
    )
    {
        bases.Add(from.Version);
        Before(from.Version);
        var delta = await inner.TrainAsync(
            run,
            from,
            step =>
            {
                stepDone(step);
                Step(from.Version, step);
            },
            cancellation
        );
        After(from.Version);
        return delta;
    }

    public Task<AttestedMetric> ReleaseMetricAsync(
        ConsentedRun run,
        VersionContent content,
        CancellationToken cancellation
    ) => inner.ReleaseMetricAsync(run, content, cancellation);

    public void Forget(ConsentedRun run) => inner.Forget(run);

    public Task<HeldOutLoss> EvaluateAsync(ConsentedRun run, VersionContent? content, CancellationToken cancellation) =>
        inner.EvaluateAsync(run, content, cancellation);

    public void Dispose() { }
}
