using Federated.Adapters;
using Federated.Lab.Simulate;
using Federated.Protocol;

namespace Federated.Lab.Tests.Simulate;

/// <summary>Another task, that says how many updates were begun.</summary>
internal sealed class CountingTask(ISimulationTask task, Action<int> begun) : ISimulationTask
{
    private int _updates;

    public IReadOnlyList<LinearShape> Layers => task.Layers;

    public RunDocument Fit(RunDocument document) => task.Fit(document);

    public float[] Train(
        RunDocument document,
        AdapterLayout layout,
        int node,
        long baseVersion,
        float[] baseValues,
        CancellationToken cancellation
    )
    {
        begun(Interlocked.Increment(ref _updates));
        return task.Train(document, layout, node, baseVersion, baseValues, cancellation);
    }

    public Score Evaluate(AdapterLayout layout, float[] values) => task.Evaluate(layout, values);

    public void Dispose() => task.Dispose();
}
