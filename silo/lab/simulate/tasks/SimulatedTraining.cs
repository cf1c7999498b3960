using Federated.ClientNode;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>The node's own trainer, as a virtual node runs it.</summary>
internal static class SimulatedTraining
{
    /// <summary>Trains from a version.</summary>
    /// <param name="trainer">On the model, the records and the bound of the node.</param>
    /// <param name="document">The run.</param>
    /// <param name="from">The version.</param>
    /// <param name="noise">The same noise for the same node and version, each time.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public static TrainedUpdate Run(
        PrivateTrainer trainer,
        RunDocument document,
        TrainingStart from,
        NoiseSource noise,
        CancellationToken cancellation
    )
    {
        var delta = trainer.Train(from.Version, from.Content.Values, noise, _ => { }, cancellation);
        return new(delta, document.Privacy.AdaptiveClipping is null ? null : trainer.MaxGradNorm);
    }
}
