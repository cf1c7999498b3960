using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

// What the operator asks and orders.
internal sealed partial class RunGrain
{
    private const int VersionsOfOneAnswer = 1000;

    /// <inheritdoc/>
    public Task<RunStatus?> StatusAsync() =>
        Task.FromResult(_state is { } state ? RunReading.Status(state, _lastContact) : null);

    /// <inheritdoc/>
    public Task<ImmutableArray<VersionSummary>> VersionsAsync(long fromVersion) =>
        Task.FromResult<ImmutableArray<VersionSummary>>(
            _state is { } state
                ?
                [
                    .. state
                        .Published.Skip((int)Math.Clamp(fromVersion, 0, state.Published.Count))
                        .Take(VersionsOfOneAnswer)
                        .Select(version => RunReading.Summary(state, version)),
                ]
                : []
        );

    /// <inheritdoc/>
    public Task<RunExplanation?> ExplainAsync() =>
        Task.FromResult(_state is { } state ? RunReading.Explain(state, time.GetUtcNow()) : null);

    /// <inheritdoc/>
    public async Task<RunCommandAnswer> PauseAsync(string reason)
    {
        if (_state is not { Phase: RunPhase.Running } state)
        {
            return _state?.Phase == RunPhase.Paused ? Done : NotNow("pause");
        }

        // A version that is being merged goes on after the pause.
        await AppendAsync(new RunPaused(time.GetUtcNow(), reason));
        LogPaused(state.Name, reason);
        return Done;
    }

    /// <inheritdoc/>
    public async Task<RunCommandAnswer> ResumeAsync()
    {
        if (_state is not { Phase: RunPhase.Paused })
        {
            return _state?.Phase == RunPhase.Running ? Done : NotNow("resume");
        }

        await AppendAsync(new RunResumed(time.GetUtcNow()));
        Hurry();
        return Done;
    }

    /// <inheritdoc/>
    public async Task<RunCommandAnswer> CancelAsync(string reason)
    {
        if (_state is null || _state.Phase.HasEnded())
        {
            return _state?.Phase == RunPhase.Cancelled ? Done : NotNow("cancel");
        }

        await AppendAsync(new RunCancelled(time.GetUtcNow(), reason));
        Hurry();
        return Done;
    }

    /// <inheritdoc/>
    public async Task<RunCommandAnswer> SuspendNodeAsync(string nodeId, string reason)
    {
        var standing = _state?.Members.GetValueOrDefault(nodeId)?.Standing;
        if (_state is null || _state.Phase.HasEnded() || standing is null or NodeStanding.Declined)
        {
            return standing is null or NodeStanding.Declined
                ? new(false, $"node {nodeId} takes no part in this run")
                : NotNow("suspend a node of");
        }

        if (standing != NodeStanding.Suspended)
        {
            await AppendAsync(new NodeSuspended(time.GetUtcNow(), nodeId, reason));
            LogSuspended(nodeId, reason);
            Hurry();
        }

        return Done;
    }

    /// <inheritdoc/>
    public async Task<RunCommandAnswer> ReinstateNodeAsync(string nodeId)
    {
        var standing = _state?.Members.GetValueOrDefault(nodeId)?.Standing;
        if (_state is null || _state.Phase.HasEnded() || standing is not NodeStanding.Suspended)
        {
            return standing is NodeStanding.Admitted
                ? Done
                : new(false, $"node {nodeId} is not suspended in a live run");
        }

        await AppendAsync(new NodeReinstated(time.GetUtcNow(), nodeId));
        _lastContact[nodeId] = time.GetUtcNow();
        Hurry();
        return Done;
    }

    private static RunCommandAnswer Done => new(true, "");

    private RunCommandAnswer NotNow(string command) =>
        new(
            false,
            _state is { } state ? $"cannot {command} a run in phase {state.Phase}" : $"there is no run {RunDigest}"
        );
}
