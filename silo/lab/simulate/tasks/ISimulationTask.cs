using Federated.Adapters;
using Federated.ClientNode;
using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>What the virtual nodes learn.</summary>
internal interface ISimulationTask : IDisposable
{
    /// <summary>The base model's linear layers, as a silo's catalog would have them.</summary>
    IReadOnlyList<LinearShape> Layers { get; }

    /// <summary>The document with this task's base model and adapter, and with what the task cannot do refused.</summary>
    /// <exception cref="SimulationException">The document asks for something else than the task does.</exception>
    RunDocument Fit(RunDocument document);

    /// <summary>How many records a node has, and declares to a run that weighs by them. ≥ 1.</summary>
    long RecordsOf(int node);

    /// <summary>One update: a pure function of its arguments, the document and the seed. May be called from several threads.</summary>
    /// <param name="document">The document that <see cref="Fit"/> gave.</param>
    /// <param name="layout">The layout of the run's adapter.</param>
    /// <param name="node">The node.</param>
    /// <param name="from">What is trained from, and the node's own bound there.</param>
    /// <param name="cancellation">Stops between steps.</param>
    TrainedUpdate Train(
        RunDocument document,
        AdapterLayout layout,
        int node,
        TrainingStart from,
        CancellationToken cancellation
    );

    /// <summary>How good an adapter is.</summary>
    /// <param name="layout">Its layout.</param>
    /// <param name="content">What the version is made of.</param>
    Score Evaluate(AdapterLayout layout, VersionContent content);
}
