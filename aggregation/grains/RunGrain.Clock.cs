namespace Federated.Aggregation.Grains;

// What depends on time: deadlines, silence, downtime. All times in events are absolute; the timer is only a reminder to look.
internal sealed partial class RunGrain
{
    // Timers take no longer wait than this; looking again in between is harmless.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    // A bound that only gets too early: contacts move a node's silence later, and who is admitted later has longer.
    private DateTimeOffset _nobodyLeavesBefore = DateTimeOffset.MinValue;

    /// <inheritdoc/>
    public async Task ReturnNodeAsync(string nodeId)
    {
        if (
            _state is { } state
            && !state.Phase.HasEnded()
            && state.Members.GetValueOrDefault(nodeId)?.Standing is NodeStanding.Left
        )
        {
            await AppendAsync(new NodeReturned(time.GetUtcNow(), nodeId));
            LogReturned(nodeId);
            Hurry();
        }
    }

    /// <inheritdoc/>
    public async Task<NodeCommand> HeartbeatAsync(string nodeId)
    {
        await NoteContactAsync(nodeId);
        return _state switch
        {
            null => NodeCommand.Cancel,
            { } state when state.Phase.HasEnded() || !state.IsAdmitted(nodeId) => NodeCommand.Cancel,
            { Phase: RunPhase.Paused } => NodeCommand.Pause,
            _ => NodeCommand.Continue,
        };
    }

    // Look at the state in a turn of its own, soon: the caller's answer does not wait for a merge.
    private void Hurry() => _self.WakeAsync().Ignore();

    private void ArmTimer()
    {
        if (_state is not { } state || state.Phase.HasEnded() || _stream.IsLost)
        {
            return;
        }

        DateTimeOffset? due = _nextAt;
        // Only where SilentNode acts: in a pause nobody leaves, and a time that has passed would ring again and again.
        if (NodesMayLeave(state) && (due is null || _nobodyLeavesBefore < due))
        {
            due = _nobodyLeavesBefore;
        }

        if (due is { } at)
        {
            var wait = at - time.GetUtcNow();
            _timer.Change(
                wait <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1)
                    : wait < LongestTimer ? wait
                    : LongestTimer,
                Timeout.InfiniteTimeSpan
            );
        }
    }

    private void NoteContact(string nodeId)
    {
        if (_state is { } state && state.Members.ContainsKey(nodeId))
        {
            _lastContact[nodeId] = time.GetUtcNow();
        }
    }

    // For calls that interleave: a node that had left counts again before it is answered.
    private async Task NoteContactAsync(string nodeId)
    {
        NoteContact(nodeId);
        if (_state?.Members.GetValueOrDefault(nodeId)?.Standing is NodeStanding.Left)
        {
            await _self.ReturnNodeAsync(nodeId);
        }
    }

    // Contacts are not journaled: after a restart a node has the whole time again.
    private DateTimeOffset LastContact(RunMember member)
    {
        var contact = _lastContact.GetValueOrDefault(member.NodeId, _activatedAt);
        return contact > member.Since ? contact : member.Since;
    }

    private static bool NodesMayLeave(RunState state) => state.Phase is RunPhase.Running or RunPhase.Recruiting;

    private NodeLeft? SilentNode(RunState state)
    {
        if (!NodesMayLeave(state))
        {
            return null;
        }

        // All members are looked at when one of them may be silent, not at each event.
        var now = time.GetUtcNow();
        if (now < _nobodyLeavesBefore)
        {
            return null;
        }

        _nobodyLeavesBefore = now + state.Terms.LeaveAfter;
        foreach (var member in state.Members.Values.Where(member => member.Standing == NodeStanding.Admitted))
        {
            var leaves = LastContact(member) + state.Terms.LeaveAfter;
            if (leaves <= now)
            {
                _nobodyLeavesBefore = now;
                return new(now, member.NodeId);
            }

            _nobodyLeavesBefore = leaves < _nobodyLeavesBefore ? leaves : _nobodyLeavesBefore;
        }

        return null;
    }

    // Once after an activation: the time in which nobody could report is given back to the open version. What was left at the
    // newest event is left again; that may be generous, and never takes a node's time away.
    private DeadlineMoved? DowntimeOf(RunState state)
    {
        if (_downtimeGranted)
        {
            return null;
        }

        _downtimeGranted = true;
        if (
            state is not { Phase: RunPhase.Running, Open: { TakesUpdates: true, Deadline: { } deadline } open }
            || deadline <= state.LastEventAt
            || _activatedAt <= state.LastEventAt
        )
        {
            return null;
        }

        var moved = deadline + (_activatedAt - state.LastEventAt);
        LogDowntime(open.Number, _activatedAt - state.LastEventAt);
        return new(time.GetUtcNow(), open.Number, moved, DeadlineMove.Downtime);
    }
}
