using System.Text;
using Federated.Adapters;
using Federated.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Federated.Aggregation.Grains;

/// <summary>One run's life, version by version: the file to read first.</summary>
/// <remarks>
/// <code>
///    OPERATOR            RUN (this grain, over its journal stream)                              NODES
///    ────────            ─────────────────────────────────────────                              ─────
///    submit ───────────▶ (1) start     document durable; recruiting opens
///                        (2) recruit   offer the document, take the owner's answer  ◀─────────▶ consent
///                        (3) begin     publish version 0 (B = 0), open version 1
///                     ┌▶ (4) collect   verify → one durable append → receipt        ◀────────── upload
///                     │                AcceptedUpdate | Rejection                   ──────────▶ receipt
///                     │  (5) close     the close rule freezes the list of updates
///                     │  (6) correct   a decision about each late update            FreshUpdate | none
///    watch ◀──────────┤  (7) merge     FedAU weights, then MergeGrain               WeightedUpdate → MergedAdapter
///                     └─ (8) publish   one commit: version t+1, and the next opens  ──────────▶ check-in, download
///    watch ◀────────────    (judge)     beside it all: the version's loss on public records, which may end the run
/// </code>
/// The grain decides nothing that is not in its journal: each step is one event, appended before anything follows from it, and
/// <see cref="StepAsync"/> looks only at the state that the events fold to. So a crash between any two events continues
/// where it was and ends with the same bytes. Steps 5 to 8 are post-processing of noised values: they cost no privacy, as long as nothing
/// here ever touches a record again. What others call is beside this file: recruiting and check-ins in RunGrain.Nodes.cs, uploads in RunGrain.Uploads.cs.
/// <para>
/// Only calls that do not interleave change the state, so one of them sees it unchanged across its awaits. Reads interleave and see
/// one whole state, since a state is a value.
/// </para>
/// </remarks>
internal sealed partial class RunGrain(
    IJournal journal,
    IBlobStore blobs,
    AdapterLayouts layouts,
    IPublicEvaluator evaluator,
    [FromKeyedServices(GrainServices.Clock)] TimeProvider time,
    ILogger<RunGrain> logger
) : Grain, IRunGrain, IIncomingGrainCallFilter
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(1);

    private readonly LongPoll _poll = new();
    private readonly LongPoll _work = new();
    private readonly Dictionary<string, DateTimeOffset> _lastContact = new(StringComparer.Ordinal);
    private JournalStream _stream = null!;
    private RunDrafted? _drafted;
    private RunDocument? _document;
    private RunState? _state;
    private IRunGrain _self = null!;
    private ITimer _timer = null!;
    private DateTimeOffset _activatedAt;
    private long _mark;
    private bool _downtimeGranted;
    private TimeSpan _retry = FirstRetry;
    private DateTimeOffset? _nextAt;

    private string RunDigest => this.GetPrimaryKeyString();

    // (1) start ------------------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public async Task<string?> StartAsync(RunStart start)
    {
        if (_state is not null)
        {
            return null;
        }

        var digest = CanonicalRunDocument.Digest(start.Document);
        if (digest != RunDigest)
        {
            return $"document: its SHA-256 is {digest}; this is run {RunDigest}";
        }

        RecruitingOpened recruiting;
        try
        {
            var now = time.GetUtcNow();
            var document = CanonicalRunDocument.Parse(start.Document);
            var layout = await layouts.OfAsync(RunDocumentReading.Recipe(document, start.Layers));
            var drafted = new RunDrafted(
                now,
                Encoding.UTF8.GetString(start.Document),
                start.Name,
                start.Group,
                start.Nodes,
                [.. start.Layers.Select(layer => new LinearShape(layer.Path, layer.InFeatures, layer.OutFeatures))],
                layout.Digest
            );
            recruiting = new RecruitingOpened(now);
            var state = (await BeginAsync(drafted)).Apply(recruiting);
            await _stream.AppendAsync([Record(drafted), Record(recruiting)]);
            _state = state;
        }
        catch (Exception exception) when (exception is RunDocumentException or InvalidAdapterOptionsException)
        {
            (_drafted, _document) = (null, null);
            return exception.Message;
        }

        Tell([recruiting]);
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        LogStarted(start.Name);
        return null;
    }

    // (3), (5) – (8): what the run does by itself ----------------------------------------------------------------------

    /// <inheritdoc/>
    public async Task WakeAsync()
    {
        try
        {
            while (_state is not null && !_stream.IsLost && await StepAsync(_state)) { }
            await DeleteRawUpdatesAsync();
            _retry = FirstRetry;
            ArmTimer();
            BeginEvaluation();
        }
        catch (ActivationSupersededException exception)
        {
            LogSuperseded(exception.Message);
        }
        catch (Exception exception)
        {
            LogStepFailed(exception, _retry);
            _timer.Change(_retry, Timeout.InfiniteTimeSpan);
            _retry = _retry * 2 < LastRetry ? _retry * 2 : LastRetry;
        }
    }

    // One event at a time; true = look again. The next event follows from the state alone, wherever the run was interrupted.
    private async Task<bool> StepAsync(RunState state)
    {
        _nextAt = null;
        if (DowntimeOf(state) is { } moved)
        {
            return await AppendAsync(moved);
        }

        if (SilentNode(state) is { } left)
        {
            LogLeft(left.NodeId);
            return await AppendAsync(left);
        }

        return state switch
        {
            { Phase: RunPhase.Recruiting, HasRecruitedEnough: true } => await PublishInitialAsync(state),
            { WhyStop: { } because } => await AppendAsync(new RunCompleted(time.GetUtcNow()) { Because = because }),
            { Phase: RunPhase.Running, Open: null } => await AppendAsync(AfterPublication(state)),
            { Phase: RunPhase.Running, Open: { TakesUpdates: true } open } => await CloseAsync(state, open),
            { Phase: RunPhase.Running, Open: { Decisions: null } open } => await CorrectAsync(state, open),
            { Phase: RunPhase.Running, Open: not null } => await MergeAndPublishAsync(state),
            _ => false,
        };
    }

    // (3) begin: every B is zero, so version 0 is the base model itself.
    private async Task<bool> PublishInitialAsync(RunState state)
    {
        var layout = state.Terms.Layout;
        var blob = await Task.Run(() => AdapterBlob.Encode(AdapterBlobKind.Adapter, layout, layout.InitialValues()));
        var digest = await blobs.PutAsync(blob);
        return await PublishAsync(state, new(time.GetUtcNow(), 0, digest, blob.LongLength, null));
    }

    // (5) close: what the close rule says; the list is frozen by the event that names it.
    private async Task<bool> CloseAsync(RunState state, OpenVersion open)
    {
        var now = time.GetUtcNow();
        var decision = CloseRule.Decide(state.Terms.Close, open, state.NodesToReport, now);
        switch (decision.Action)
        {
            case CloseAction.Close:
                LogClosed(open.Number, open.Updates.Count, decision.Because);
                return await AppendAsync(new VersionClosed(now, open.Number, [.. open.Updates.Keys], decision.Because));
            case CloseAction.Extend:
                LogQuorumMissed(open.Number, decision.Because);
                return await AppendAsync(
                    new DeadlineMoved(now, open.Number, decision.At!.Value, DeadlineMove.QuorumMissed)
                );
            case CloseAction.Pause:
                LogQuorumMissed(open.Number, decision.Because);
                return await AppendAsync(new RunPaused(now, decision.Because));
            case CloseAction.Fail:
                LogQuorumMissed(open.Number, decision.Because);
                return await AppendAsync(new RunFailed(now, decision.Because));
            default:
                _nextAt = decision.At;
                return false;
        }
    }

    // (6) correct: decided once, durable before it is used.
    private async Task<bool> CorrectAsync(RunState state, OpenVersion open) =>
        await AppendAsync(
            new StalenessDecided(
                time.GetUtcNow(),
                open.Number,
                [.. open.Updates.Values.Select(update => state.Terms.Staleness.Decide(update, state.Latest!.Number))]
            )
        );

    // (7) merge, by a worker; (8) publish.
    private async Task<bool> MergeAndPublishAsync(RunState state)
    {
        var order = new MergeOrder(
            RunDocumentReading.Recipe(_document!, Layers(_drafted!)),
            state.PlanMerge().ToJson(),
            OwnerOfUpdates(state)
        );
        if (ChargeCentrally(state) is { } exceeded)
        {
            return await AppendAsync(new RunFailed(time.GetUtcNow(), exceeded));
        }

        MergeResult merged;
        try
        {
            merged = await GrainFactory.GetGrain<IMergeGrain>(0).MergeAsync(order, CancellationToken.None);
        }
        catch (NonFiniteMergeException exception)
        {
            // The list is frozen and the merge a pure function of it: trying again would give the same.
            return await AppendAsync(new RunFailed(time.GetUtcNow(), exception.Message));
        }

        var report = state.ReportMerge(merged.StepNorm, MergeReport.FromJson(merged.Report));
        LogPublished(state.Open!.Number, merged.Digest, report.Updates.Count, report.NoiseAmplification);
        return await PublishAsync(
            state,
            new(time.GetUtcNow(), state.Open.Number, merged.Digest, merged.Length, report, merged.OptimizerState)
            {
                Residual = Stored(merged.ResidualDigest, merged.ResidualLength),
                Tail = Stored(merged.TailDigest, merged.TailLength),
                Centre = merged.Centre,
            }
        );
    }

    private static StoredBlob? Stored(string? digest, long length) => digest is null ? null : new(digest, length);

    // One commit: the version, and what follows from it.
    private Task<bool> PublishAsync(RunState state, VersionPublished published) =>
        AppendAsync(published, AfterPublication(state.Apply(published)));

    private RunEvent AfterPublication(RunState state)
    {
        var now = time.GetUtcNow();
        return state.Latest!.Number == state.Terms.Versions
            ? new RunCompleted(now)
            : new VersionOpened(now, state.Published.Count, now + state.Terms.Close.Deadline);
    }
}
