using Federated.Adapters;

namespace Federated.ClientNode.Tests;

/// <summary>Training that counts its attempts, and can be killed before or after one.</summary>
internal sealed class CountingTraining(ILocalTraining inner, List<long> bases) : ILocalTraining
{
    public Action<long> Before { get; init; } = _ => { };

    public Action<long> After { get; init; } = _ => { };

    public Task<AdapterLayout> LayoutAsync(ConsentedRun run, CancellationToken cancellation) =>
        inner.LayoutAsync(run, cancellation);

    public async Task<float[]> TrainAsync(
        ConsentedRun run,
        long baseVersion,
        float[] baseValues,
        Action<int> stepDone,
        CancellationToken cancellation
    )
    {
        bases.Add(baseVersion);
        Before(baseVersion);
        var delta = await inner.TrainAsync(run, baseVersion, baseValues, stepDone, cancellation);
        After(baseVersion);
        return delta;
    }

    public Task<HeldOutLoss> EvaluateAsync(ConsentedRun run, float[]? values, CancellationToken cancellation) =>
        inner.EvaluateAsync(run, values, cancellation);

    public void Dispose() { }
}
