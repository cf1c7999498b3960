using Federated.Adapters;
using Federated.ClientNode;
using Federated.Lab.Simulate;
using Federated.Protocol;

namespace Federated.Lab.Tests.Simulate;

/// <summary>Scalar quadratics, and one node more that is always there and learns nothing. Remembers what it was asked to judge.</summary>
internal sealed class WitnessTask(float[][] centres) : ISimulationTask
{
    private readonly QuadraticTask _task = new([.. centres, [0]], [0]);

    /// <summary>x of each version, in order.</summary>
    public List<double> Evaluated { get; } = [];

    public IReadOnlyList<LinearShape> Layers => _task.Layers;

    public RunDocument Fit(RunDocument document) => _task.Fit(document);

    public long RecordsOf(int node) => 1;

    public TrainedUpdate Train(
        RunDocument document,
        AdapterLayout layout,
        int node,
        TrainingStart from,
        CancellationToken cancellation
    ) => node == centres.Length ? new([0]) : _task.Train(document, layout, node, from, cancellation);

    public Score Evaluate(AdapterLayout layout, VersionContent content)
    {
        Evaluated.Add(content.Values[0]);
        return _task.Evaluate(layout, content);
    }

    public void Dispose() => _task.Dispose();
}
