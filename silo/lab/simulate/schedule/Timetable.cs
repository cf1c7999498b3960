using Federated.Aggregation;

namespace Federated.Lab.Simulate;

/// <summary>
/// Who does what when: a function of the run's journal and of the seed alone. Whoever reads the journal again has the same timetable, so that a
/// simulation that was stopped goes on as if it had not been.
/// </summary>
/// <remarks>
/// A <em>round</em> begins when a version opens, or when its deadline has passed without a quorum, or when nobody is there and nobody is
/// expected. A node that takes part in the round checks in as soon as it is idle and has not answered the newest version yet. A node that does
/// not take part stays away; one that is still at work on an older version goes on, and is late. A round without anybody makes no version.
/// </remarks>
/// <param name="participation">Who takes part in which round.</param>
/// <param name="times">How long each piece of work takes.</param>
/// <param name="nodes">N.</param>
/// <param name="hasDeadline">Whether versions have a deadline: then a version with an update waits for it, and no new round begins before.</param>
internal sealed class Timetable(IParticipation participation, WorkTimes times, int nodes, bool hasDeadline)
{
    private readonly SortedSet<Due> _due = [];
    private readonly bool[] _wanted = new bool[nodes];
    private readonly bool[] _atWork = new bool[nodes];
    private readonly long[] _lastBase = [.. Enumerable.Repeat(-1L, nodes)];
    private readonly Dictionary<long, VersionTally> _tallies = [];
    private long? _open;
    private int _updates;

    /// <summary>Rounds begun.</summary>
    public long Rounds { get; private set; }

    /// <summary>Rounds in which nobody took part.</summary>
    public long EmptyRounds { get; private set; }

    /// <summary>Pieces of work that were lost.</summary>
    public long Lost { get; private set; }

    /// <summary>Updates that were refused, for lateness.</summary>
    public long Refused { get; private set; }

    /// <summary>The version that is open; null = none.</summary>
    public long? Open => _open;

    /// <summary>What comes next; null = no node is expected to do anything.</summary>
    public Due? Next => _due.Count == 0 ? null : _due.Min;

    /// <summary>Whether a further round must begin for anything to happen.</summary>
    public bool NeedsRound => _due.Count == 0 && _open is not null && !(hasDeadline && _updates > 0);

    /// <summary>Whether a further round can begin.</summary>
    public bool HasRound => participation.Rounds is not { } rounds || Rounds < rounds;

    /// <summary>The newest version that a node has answered or works on; −1 = none.</summary>
    public long LastBase(int node) => _lastBase[node];

    /// <summary>What happened while a version was open.</summary>
    public VersionTally Tally(long version) => _tallies.GetValueOrDefault(version) ?? new();

    /// <summary>Takes note of what the run has done.</summary>
    public void Apply(RunEvent happened)
    {
        switch (happened)
        {
            case VersionOpened opened:
                (_open, _updates) = (opened.Version, 0);
                if (HasRound)
                {
                    BeginRound(opened.At);
                }

                break;
            case DeadlineMoved { Because: DeadlineMove.QuorumMissed } moved when HasRound:
                BeginRound(moved.At);
                break;
            case UpdateAccepted:
                _updates++;
                break;
            case VersionClosed closed:
                Count(closed.Version, tally => tally with { Rounds = Rounds });
                _open = null;
                break;
            case RunCompleted or RunFailed or RunCancelled or RunPaused:
                _open = null;
                break;
        }
    }

    /// <summary>Draws who takes part next.</summary>
    public void BeginRound(DateTimeOffset at)
    {
        var present = participation.Of(Rounds++);
        EmptyRounds += present.Count == 0 ? 1 : 0;
        Array.Clear(_wanted);
        _due.RemoveWhere(due => due.Kind == DueKind.CheckIn);
        foreach (var node in present)
        {
            _wanted[node] = true;
            ExpectCheckIn(node, at);
        }
    }

    /// <summary>A node does what was due, and what it will do next is known.</summary>
    /// <returns>Whether it has an update to send.</returns>
    public bool Take(Due due)
    {
        _due.Remove(due);
        if (due.Kind == DueKind.CheckIn)
        {
            (_atWork[due.Node], _lastBase[due.Node]) = (true, due.BaseVersion);
            var finish = due.At + times.Of(due.Node, due.BaseVersion);
            _due.Add(new(finish, due.Node, DueKind.Finish, due.BaseVersion));
            Count(due.BaseVersion + 1, tally => tally with { CheckIns = tally.CheckIns + 1 });
            return false;
        }

        _atWork[due.Node] = false;
        var isLost = times.IsLost(due.Node, due.BaseVersion);
        Lost += isLost ? 1 : 0;
        ExpectCheckIn(due.Node, due.At);
        return !isLost;
    }

    /// <summary>The update of a node was refused.</summary>
    public void Refuse()
    {
        Refused++;
        Count(_open ?? -1, tally => tally with { Refused = tally.Refused + 1 });
    }

    private void Count(long version, Func<VersionTally, VersionTally> change) =>
        _tallies[version] = change(Tally(version));

    private void ExpectCheckIn(int node, DateTimeOffset at)
    {
        if (_wanted[node] && !_atWork[node] && _open is { } open && _lastBase[node] < open - 1)
        {
            _due.Add(new(at, node, DueKind.CheckIn, open - 1));
        }
    }
}
