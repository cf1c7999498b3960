using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>Shows local steps on a terminal while they are done, on one line that is wiped when they are.</summary>
/// <param name="inner">Who trains.</param>
/// <param name="terminal">An interactive terminal.</param>
internal sealed class TerminalProgress(ILocalTraining inner, TextWriter terminal) : ILocalTraining
{
    private const string WipeLine = "\r\u001b[2K";

    /// <inheritdoc />
    public Task<AdapterLayout> LayoutAsync(ConsentedRun run, CancellationToken cancellation) =>
        inner.LayoutAsync(run, cancellation);

    /// <inheritdoc />
    public async Task<float[]> TrainAsync(
        ConsentedRun run,
        TrainingBase from,
        Action<int> stepDone,
        CancellationToken cancellation
    )
    {
        void Show(int step)
        {
            stepDone(step);
            terminal.Write($"{WipeLine}  version {from.Version}: step {step} of {run.Document.Local.Steps}");
        }

        try
        {
            return await inner.TrainAsync(run, from, Show, cancellation);
        }
        finally
        {
            await terminal.WriteAsync(WipeLine);
        }
    }

    /// <inheritdoc />
    public Task<AttestedMetric> ReleaseMetricAsync(
        ConsentedRun run,
        VersionContent content,
        CancellationToken cancellation
    ) => inner.ReleaseMetricAsync(run, content, cancellation);

    /// <inheritdoc />
    public void Forget(ConsentedRun run) => inner.Forget(run);

    /// <inheritdoc />
    public Task<HeldOutLoss> EvaluateAsync(ConsentedRun run, VersionContent? content, CancellationToken cancellation) =>
        inner.EvaluateAsync(run, content, cancellation);

    /// <inheritdoc />
    public void Dispose() => inner.Dispose();
}
