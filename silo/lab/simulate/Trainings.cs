using Federated.Adapters;
using Federated.Aggregation.Grains;

namespace Federated.Lab.Simulate;

/// <summary>Updates being computed, on some threads beside the loop. When each is ready makes no difference: virtual time says when it is sent.</summary>
/// <param name="plan">The plan.</param>
/// <param name="task">What is learnt.</param>
/// <param name="layout">The layout of the run's adapter.</param>
internal sealed class Trainings(SimulationPlan plan, ISimulationTask task, AdapterLayout layout)
{
    private readonly Dictionary<int, (WorkAssignment Assignment, Task<TrainedUpdate> Update)> _running = [];
    private readonly TaskFactory _threads = new(
        new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, plan.Threads).ConcurrentScheduler
    );

    /// <summary>Whether a node's update is being computed, or ready.</summary>
    public bool IsAtWork(int node) => _running.ContainsKey(node);

    /// <summary>Starts on an update.</summary>
    public void Begin(int node, WorkAssignment assignment, TrainingStart from, CancellationToken cancellation) =>
        _running.Add(
            node,
            (
                assignment,
                _threads.StartNew(() => task.Train(plan.Document, layout, node, from, cancellation), cancellation)
            )
        );

    /// <summary>Waits for an update.</summary>
    public async Task<(WorkAssignment Assignment, TrainedUpdate Update)> EndAsync(int node)
    {
        _running.Remove(node, out var running);
        return (running.Assignment, await running.Update);
    }

    /// <summary>The work of a node is lost.</summary>
    public void Forget(int node) => _running.Remove(node);
}
