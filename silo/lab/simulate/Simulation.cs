using Federated.Adapters;
using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>A whole run with virtual nodes on virtual time, through the grains of the real silo. Read this file first.</summary>
/// <remarks>
/// <code>
///    VIRTUAL NODES                     THIS LOOP                              SILO (the real grains, in this process)
///    keys, attestations                                                       RunGrain, NodeGrain, GroupGrain, MergeGrain
///
///                      (1) begin       join, submit, consent ───────────────▶ version 0, version 1 opens
///                      (2) settle      wait until no grain call is under way
///                      (3) look        what the run has written ◀──────────── journal
///                                      → timetable, rows of the report
///                      (4) go on       the earliest of
///    check-in ◀──────────────────────  a node begins ───────────────────────▶ assignment; training starts
///    update   ◀──────────────────────  a node is done ──────────────────────▶ verify, append, close, weigh, merge, publish
///                                      a timer rings ───────────────────────▶ deadline, grace, silence
///                                      nobody is expected: another round
/// </code>
/// The clock stands still in (2) and (3), and one thing at a time happens in (4): so the order of events, and with it every byte of the
/// journal, follows from the plan. Nothing here weighs, merges or closes anything.
/// </remarks>
internal sealed class Simulation
{
    // A version that nobody comes to is a mistake in the plan, not something to wait for for ever.
    private const int MostRoundsWithoutAnybody = 1_000_000;

    private const string BoundsFile = "node-bounds.csv";

    /// <summary>When virtual time begins.</summary>
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SimulationPlan _plan;
    private readonly ISimulationTask _task;
    private readonly SimulatedSilo _silo;
    private readonly VirtualNodes _nodes;
    private readonly Timetable _timetable;
    private readonly RunEvents _events;
    private readonly VersionLog _log;
    private readonly AdapterLayout _layout;
    private readonly Trainings _trainings;
    private readonly NodeBounds _bounds;
    private readonly BlobRetention? _retention;

    private Simulation(
        SimulationPlan plan,
        ISimulationTask task,
        SimulatedSilo silo,
        VirtualNodes nodes,
        AdapterLayout layout,
        VersionLog log,
        NodeBounds bounds
    )
    {
        (_plan, _task, _silo, _nodes, _layout, _log) = (plan, task, silo, nodes, layout, log);
        _bounds = bounds;
        _timetable = new(
            plan.Participation(),
            new WorkTimes(plan.Seed, plan.Times),
            plan.Nodes,
            plan.Document.Rounds.Close.Deadline is not null
        );
        _events = new(silo.Journal, CanonicalRunDocument.Digest(plan.Document));
        _trainings = new(plan, task, layout);
        _retention = silo.IsInMemory ? new(silo.Blobs, plan.Document.Rounds.MaxStaleness) : null;
    }

    /// <summary>Runs a plan to its end, or goes on with what its data folder holds.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="task">What is learnt.</param>
    /// <param name="published">Told each version as it comes, those of an earlier process included.</param>
    /// <param name="cancellation">Stops between two events; what is in a data folder can be resumed.</param>
    /// <exception cref="SimulationException">The run failed, was paused, or can never end.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static async Task<SimulationResult> RunAsync(
        SimulationPlan plan,
        ISimulationTask task,
        Action<SimulatedVersion> published,
        CancellationToken cancellation
    )
    {
        var digest = CanonicalRunDocument.Digest(plan.Document);
        await using var silo = await SimulatedSilo.StartAsync(
            plan.DataFolder,
            journal => RunEvents.NewestAsync(journal, digest, Start),
            cancellation
        );
        var nodes = new VirtualNodes(silo, plan.Keys);
        var recipe = RunDocumentReading.Recipe(plan.Document, Layers(task));
        var layout = await silo.Layouts.OfAsync(recipe);
        var log = new VersionLog(plan, task, nodes, layout, silo.Blobs, published);
        using var bounds = new NodeBounds(
            plan is { DataFolder: { } folder, Document.Privacy.AdaptiveClipping: not null }
                ? Path.Combine(folder, BoundsFile)
                : null
        );
        return await new Simulation(plan, task, silo, nodes, layout, log, bounds).RunAsync(digest, cancellation);
    }

    private async Task<SimulationResult> RunAsync(string digest, CancellationToken cancellation)
    {
        // :: (1) begin; what an earlier process has done of it is found done
        var earlier = await _events.ReadOnAsync(cancellation);
        TimetableReplay.Apply(_timetable, earlier, _nodes.Number);
        await LookAsync(earlier, cancellation);
        if (_log.Phase is null)
        {
            await BeginAsync(cancellation);
        }
        else
        {
            // Whatever the run can do by itself after its silo was stopped.
            await _silo.Grains.GetGrain<IRunGrain>(digest).WakeAsync();
        }

        var emptyRounds = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();

            // :: (2) settle
            await _silo.Activity.WhenIdleAsync();

            // :: (3) look
            var news = await _events.ReadOnAsync(cancellation);
            foreach (var happened in news)
            {
                _timetable.Apply(happened);
            }

            await LookAsync(news, cancellation);
            if (_log.Phase is RunPhase.Completed)
            {
                return _log.Result(_timetable, _silo.Activity.Calls, await _events.DigestAsync(cancellation));
            }

            if (_log.Phase is RunPhase.Failed or RunPhase.Paused or RunPhase.Cancelled)
            {
                throw new SimulationException($"the run is {_log.Phase}: {_log.Reason}");
            }

            // :: (4) go on
            if (_timetable.NeedsRound)
            {
                Begin(ref emptyRounds);
                continue;
            }

            emptyRounds = 0;
            if (!_silo.Clock.RingNext(_timetable.Next?.At))
            {
                await GoOnAsync(
                    _timetable.Next ?? throw new SimulationException("the run waits, and nothing is left to happen"),
                    cancellation
                );
            }
        }
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        await _nodes.JoinAsync(cancellation);
        var submission = new RunSubmission(CanonicalRunDocument.Bytes(_plan.Document), Layers(_task));
        var answer = await _silo.Grains.GetGrain<IGroupGrain>(VirtualNodes.Group).SubmitAsync(submission);
        if (answer.Error is { } error)
        {
            throw new SimulationException(error, isUsage: true);
        }

        await _nodes.ConsentAsync(answer.RunDigest!, _task.RecordsOf, cancellation);
    }

    private void Begin(ref int emptyRounds)
    {
        if (!_timetable.HasRound || emptyRounds++ > MostRoundsWithoutAnybody)
        {
            throw new SimulationException(
                $"nobody takes part any more after round {_timetable.Rounds}, and version {_timetable.Open} of {_plan.Document.Rounds.Versions} is open: give a longer trace, or lower rounds.versions"
            );
        }

        _timetable.BeginRound(_silo.Clock.GetUtcNow());
    }

    private async Task GoOnAsync(Due due, CancellationToken cancellation)
    {
        // A node that was late for its own moment does it now.
        var now = _silo.Clock.GetUtcNow();
        _silo.Clock.MoveTo(due.At > now ? due.At : now);
        var lastBase = _timetable.LastBase(due.Node);
        var hasUpdate = _timetable.Take(due);
        if (due.Kind == DueKind.CheckIn)
        {
            await CheckInAsync(due, lastBase, cancellation);
        }
        else if (hasUpdate)
        {
            await UploadAsync(due, cancellation);
        }
        else
        {
            _trainings.Forget(due.Node);
        }
    }

    private async Task CheckInAsync(Due due, long lastBase, CancellationToken cancellation)
    {
        var assignment = await _nodes.CheckInAsync(due.Node, lastBase, cancellation);
        if (assignment?.BaseVersion != due.BaseVersion)
        {
            throw new SimulationException(
                $"{NodeNames.Of(due.Node)} was to work on version {due.BaseVersion}, and the run gives it {assignment?.BaseVersion}"
            );
        }

        await TrainAsync(due.Node, assignment, cancellation);
    }

    private async Task TrainAsync(int node, WorkAssignment assignment, CancellationToken cancellation)
    {
        var content = await _nodes.DownloadAsync(node, assignment, _layout, cancellation);
        var bound = _bounds.StartOf(node, assignment.BaseVersion);
        _trainings.Begin(node, assignment, new(assignment.BaseVersion, content, bound), cancellation);
    }

    private async Task UploadAsync(Due due, CancellationToken cancellation)
    {
        if (!_trainings.IsAtWork(due.Node))
        {
            // Begun by a process that is gone: the node does it again, from the same version, with the same result.
            var version = _log.Version(due.BaseVersion);
            var again = new WorkAssignment(
                _events.RunDigest,
                "",
                1,
                due.BaseVersion,
                version.Digest,
                version.Length,
                null
            );
            await TrainAsync(due.Node, again, cancellation);
        }

        var (assignment, update) = await _trainings.EndAsync(due.Node);
        if (update.NextMaxGradNorm is { } bound)
        {
            _bounds.Keep(due.Node, assignment.BaseVersion, bound);
        }

        var refused = await _nodes.UploadAsync(
            due.Node,
            assignment,
            _plan.Document,
            _layout,
            update.Delta,
            cancellation
        );
        // Late beyond the ring: a node's ordinary fate. Anything else is a mistake in the simulation.
        if (refused?.Reason == RejectionReason.BaseTooOld)
        {
            _timetable.Refuse();
        }
        else if (refused is not null)
        {
            throw new SimulationException($"the update of {NodeNames.Of(due.Node)} is refused: {refused.Message}");
        }
    }

    private async Task LookAsync(IReadOnlyList<RunEvent> events, CancellationToken cancellation)
    {
        foreach (var happened in events)
        {
            await _log.ApplyAsync(happened, _timetable, cancellation);
            if (_retention is not null && happened is VersionPublished published)
            {
                await _retention.ApplyAsync(published, cancellation);
            }
        }
    }

    private static System.Collections.Immutable.ImmutableArray<LinearLayer> Layers(ISimulationTask task) =>
        [.. task.Layers.Select(layer => new LinearLayer(layer.Path, layer.InFeatures, layer.OutFeatures))];
}
