using Federated.Adapters;
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

    public float[] Train(
        RunDocument document,
        AdapterLayout layout,
        int node,
        long baseVersion,
        float[] baseValues,
        CancellationToken cancellation
    ) => node == centres.Length ? [0] : _task.Train(document, layout, node, baseVersion, baseValues, cancellation);

    public Score Evaluate(AdapterLayout layout, float[] values)
    {
        Evaluated.Add(values[0]);
        return _task.Evaluate(layout, values);
    }

    public void Dispose() => _task.Dispose();
}
