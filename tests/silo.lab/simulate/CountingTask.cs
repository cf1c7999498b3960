using Federated.Adapters;
using Federated.ClientNode;
using Federated.Lab.Simulate;
using Federated.Protocol;

namespace Federated.Lab.Tests.Simulate;

/// <summary>Another task, that says how many updates were begun.</summary>
internal sealed class CountingTask(ISimulationTask task, Action<int> begun) : ISimulationTask
{
    private int _updates;

    public IReadOnlyList<LinearShape> Layers => task.Layers;

    public RunDocument Fit(RunDocument document) => task.Fit(document);

    public long RecordsOf(int node) => task.RecordsOf(node);

    public TrainedUpdate Train(
        RunDocument document,
        AdapterLayout layout,
        int node,
        TrainingStart from,
        CancellationToken cancellation
    )
    {
        begun(Interlocked.Increment(ref _updates));
        return task.Train(document, layout, node, from, cancellation);
    }

    public Score Evaluate(AdapterLayout layout, VersionContent content) => task.Evaluate(layout, content);

    public void Dispose() => task.Dispose();
}
