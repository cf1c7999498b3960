using Federated.Adapters;
using Federated.Aggregation;
using Federated.Aggregation.Grains;

namespace Federated.Lab.Simulate;

/// <summary>Turns the run's events into the rows of the report. It reads what the silo wrote, and computes nothing about it again.</summary>
internal sealed class VersionLog(
    SimulationPlan plan,
    ISimulationTask task,
    VirtualNodes nodes,
    AdapterLayout layout,
    IBlobStore blobs,
    Action<SimulatedVersion> published
)
{
    private readonly List<SimulatedVersion> _rows = [];
    private readonly List<VersionPublished> _versions = [];
    private readonly Dictionary<(string, long), long> _lengths = [];
    private int _left;

    /// <summary>Where the run stands; null = there is none yet.</summary>
    public RunPhase? Phase { get; private set; }

    /// <summary>Why it failed, was paused or cancelled.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>A published version.</summary>
    public VersionPublished Version(long number) => _versions[(int)number];

    /// <summary>Takes note of an event.</summary>
    public async Task ApplyAsync(RunEvent happened, Timetable timetable, CancellationToken cancellation)
    {
        switch (happened)
        {
            case RunDrafted:
                Phase = RunPhase.Recruiting;
                break;
            case UpdateAccepted { Update: var update }:
                _lengths[(update.NodeId, update.BaseVersion)] = update.Length;
                break;
            case NodeLeft:
                _left++;
                break;
            case VersionPublished version:
                Phase = RunPhase.Running;
                _versions.Add(version);
                await AddAsync(version, timetable, cancellation);
                break;
            case RunPaused paused:
                (Phase, Reason) = (RunPhase.Paused, paused.Reason);
                break;
            case RunFailed failed:
                (Phase, Reason) = (RunPhase.Failed, failed.Reason);
                break;
            case RunCancelled cancelled:
                (Phase, Reason) = (RunPhase.Cancelled, cancelled.Reason);
                break;
            case RunCompleted:
                Phase = RunPhase.Completed;
                break;
        }
    }

    /// <summary>The finished simulation.</summary>
    public SimulationResult Result(Timetable timetable, long grainCalls, string journalDigest) =>
        new()
        {
            Nodes = plan.Nodes,
            Seed = plan.Seed,
            Method = plan.Document.Aggregation.Participation.Method,
            Versions = _rows,
            Rounds = timetable.Rounds,
            EmptyRounds = timetable.EmptyRounds,
            LostWork = timetable.Lost,
            Refused = timetable.Refused,
            NodesLeft = _left,
            GrainCalls = grainCalls,
            JournalDigest = journalDigest,
            AdapterDigest = _versions[^1].Digest,
        };

    private async Task AddAsync(VersionPublished version, Timetable timetable, CancellationToken cancellation)
    {
        var report = version.Report;
        var tally = timetable.Tally(version.Version);
        var row = new SimulatedVersion
        {
            Version = version.Version,
            Seconds = (version.At - Simulation.Start).TotalSeconds,
            Rounds = tally.Rounds,
            Nodes = report?.Nodes ?? 0,
            Updates =
            [
                .. (report?.Updates ?? []).Select(update => new SimulatedUpdate(
                    nodes.Number(update.NodeId),
                    update.BaseVersion,
                    update.Staleness,
                    update.Weight,
                    update.Coefficient,
                    update.Norm
                )),
            ],
            CoefficientSum = report?.CoefficientSum ?? 0,
            NoiseAmplification = report?.NoiseAmplification ?? 0,
            UniformNoiseAmplification = report?.UniformNoiseAmplification ?? 0,
            StepNorm = report?.StepNorm ?? 0,
            BytesUp = (report?.Updates ?? []).Sum(update => Length(update)),
            BytesDown = tally.CheckIns * LengthOfBase(version),
            Refused = tally.Refused,
            Score = IsEvaluated(version.Version) ? await EvaluateAsync(version, cancellation) : null,
        };
        _rows.Add(row);
        published(row);
    }

    private long Length(UpdateReport update) =>
        _lengths.Remove((update.NodeId, update.BaseVersion), out var length) ? length : 0;

    // What the nodes of a version have fetched is the version before it.
    private long LengthOfBase(VersionPublished version)
    {
        var from = version.Version == 0 ? version : Version(version.Version - 1);
        return from.Length + (from.Residual?.Length ?? 0);
    }

    private bool IsEvaluated(long version) =>
        version % plan.EvaluateEvery == 0 || version == plan.Document.Rounds.Versions;

    private async Task<Score> EvaluateAsync(VersionPublished version, CancellationToken cancellation) =>
        task.Evaluate(
            layout,
            await VersionReading.ReadAsync(blobs, version.Digest, version.Residual?.Digest, layout, cancellation)
        );
}
