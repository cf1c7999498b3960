using Federated.Adapters;
using Federated.ClientNode;
using Federated.Lab.Simulate;
using Federated.Protocol;

namespace Federated.Lab.Tests.Simulate;

/// <summary>Another task, that shows which node begins an update, and with what.</summary>
internal sealed class WatchedTask(ISimulationTask task, Action<int, TrainingStart> begun) : ISimulationTask
{
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
        begun(node, from);
        return task.Train(document, layout, node, from, cancellation);
    }

    public Score Evaluate(AdapterLayout layout, VersionContent content) => task.Evaluate(layout, content);

    public void Dispose() => task.Dispose();
}
