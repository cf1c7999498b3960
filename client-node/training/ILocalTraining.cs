using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>Steps 1–4 of a round, and the judging of adapters on held-out records: everything that touches records.</summary>
internal interface ILocalTraining : IDisposable
{
    /// <summary>The layout of a run's adapter on this node's model.</summary>
    Task<AdapterLayout> LayoutAsync(ConsentedRun run, CancellationToken cancellation);

    /// <summary>Trains from a base.</summary>
    /// <param name="run">The run.</param>
    /// <param name="from">What is trained from.</param>
    /// <param name="stepDone">Told the number of steps done.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>Δ = θ_after − θ_base of the factors trained from that version, a function of noisy gradients and public values alone.</returns>
    Task<float[]> TrainAsync(ConsentedRun run, TrainingBase from, Action<int> stepDone, CancellationToken cancellation);

    /// <summary>The noised loss of a version on the held-out records, drawn anew with each call: what is drawn is sealed once or dies.</summary>
    /// <param name="run">A run with metrics.</param>
    /// <param name="content">The version.</param>
    /// <param name="cancellation">Stops between records.</param>
    Task<AttestedMetric> ReleaseMetricAsync(ConsentedRun run, VersionContent content, CancellationToken cancellation);

    /// <summary>The attempt's update is sealed, or there is none: what was kept of the attempt goes.</summary>
    /// <param name="run">The run.</param>
    void Forget(ConsentedRun run);

    /// <summary>Loss of an adapter on the held-out records. Stays on this machine.</summary>
    /// <param name="run">The run.</param>
    /// <param name="content">The version; null = the base model.</param>
    /// <param name="cancellation">Stops between batches.</param>
    Task<HeldOutLoss> EvaluateAsync(ConsentedRun run, VersionContent? content, CancellationToken cancellation);
}
