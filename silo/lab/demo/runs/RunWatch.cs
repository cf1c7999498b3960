using Federated.Lab.Demo.Links;
using Federated.Lab.Demo.Views;

namespace Federated.Lab.Demo.Runs;

/// <summary>Follows a run over the operator API, shows it, and moves the intermittent node's link with its versions.</summary>
internal sealed class RunWatch(Federation federation, DemoState state, string runDigest, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    private readonly LinkPlan _plan = new(state.Seed, state.Versions, DemoDefaults.CutShare);
    private readonly long _started = time.GetTimestamp();
    private IReadOnlyList<VersionStatus> _versions = [];
    private long? _firstSeen;

    /// <summary>Returns when the run has ended.</summary>
    /// <param name="show">Gets each new picture.</param>
    /// <param name="cancellationToken">Stops the watching.</param>
    /// <exception cref="DemoException">A program ended before the run did.</exception>
    public async Task<RunStatus> FollowAsync(Action<RunView> show, CancellationToken cancellationToken)
    {
        while (true)
        {
            var run = await federation.Silo.Operator.RunAsync(runDigest, cancellationToken);
            MoveLink(run);
            show(await PictureAsync(run, cancellationToken));
            if (run.HasEnded)
            {
                return run;
            }

            await federation.RequireServingAsync(time, cancellationToken);
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private void MoveLink(RunStatus run)
    {
        if (run.HasEnded || _plan.IsOpen((int)run.PublishedVersion + 1))
        {
            federation.Intermittent?.Open();
        }
        else
        {
            federation.Intermittent?.Cut();
        }
    }

    private async Task<RunView> PictureAsync(RunStatus run, CancellationToken cancellationToken)
    {
        var nodes = await federation.Silo.Operator.NodesAsync(cancellationToken);
        if (_versions.Count == 0 || _versions[^1].Version < run.PublishedVersion)
        {
            _versions = await federation.Silo.Operator.VersionsAsync(runDigest, cancellationToken);
        }

        var elapsed = time.GetElapsedTime(_started);
        _firstSeen ??= Math.Max(0, run.PublishedVersion);
        var done = run.PublishedVersion - _firstSeen.Value;
        TimeSpan? remaining = done > 0 ? elapsed / done * (run.Versions - run.PublishedVersion) : null;
        return new RunView(
            run.Name,
            run.State,
            Math.Max(0, run.PublishedVersion),
            run.Versions,
            elapsed,
            remaining,
            [.. state.Organisations.Select(organisation => Node(organisation.Name, nodes))]
        );
    }

    private NodeView Node(string name, IReadOnlyList<NodeStatus> nodes)
    {
        var node = nodes.FirstOrDefault(candidate => candidate.Name == name);
        var isCut = name == state.Intermittent && federation.Intermittent is { IsOpen: false };
        var update = _versions
            .SelectMany(version => version.Updates)
            .LastOrDefault(candidate => candidate.NodeId == node?.NodeId);
        return new NodeView(
            name,
            isCut ? "cut off"
                : node is null ? "joining"
                : node.Phase is { Length: > 0 } phase ? phase
                : "joined",
            node?.Step ?? 0,
            node is { Steps: > 0 } ? node.Steps : DemoDefaults.Steps,
            update?.Staleness,
            update?.Weight,
            node?.EpsilonOfStepsDone ?? 0,
            DemoDefaults.BudgetEpsilon,
            node?.BytesSent ?? 0,
            node?.BytesReceived ?? 0
        );
    }
}
