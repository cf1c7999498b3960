using System.Text;
using Federated.Protocol;

namespace Federated.Aggregation.Grains;

// How the state comes out of the journal, and how an event goes into it.
internal sealed partial class RunGrain
{
    /// <summary>Folds the journal; from then on the run goes on by itself.</summary>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _activatedAt = time.GetUtcNow();
        _self = this.AsReference<IRunGrain>();
        _stream = new(journal, StreamNames.OfRun(RunDigest), Abandon);
        foreach (var entry in await ReadAsync(cancellationToken))
        {
            var runEvent = RunEventCodec.Decode(entry.Kind, entry.Payload.Span);
            _state = _state is null ? await BeginAsync((RunDrafted)runEvent) : _state.Apply(runEvent);
            _mark = ConcernsAllNodes(runEvent) ? _state.Revision : _mark;
        }

        _timer = time.CreateTimer(
            static self => ((IRunGrain)self!).WakeAsync().Ignore(),
            _self,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        if (_state is { } state && !state.Phase.HasEnded())
        {
            LogResumed(state.Name, state.Phase, state.Latest?.Number ?? -1, state.Revision);
            DelayDeactivation(Timeout.InfiniteTimeSpan);
            Hurry();
        }
        else if (_state is not null)
        {
            Hurry(); // what the end leaves to do, if the silo stopped before it: raw updates deleted, the last version judged
        }
    }

    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (_state is null)
        {
            DeactivateOnIdle(); // any node may ask for any digest: what is no run stays in nobody's memory
        }
    }

    /// <inheritdoc/>
    public Task<bool> IsAwakeAsync() => Task.FromResult(!_stream.IsLost);

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _timer.Dispose();
        _poll.Close();
        _work.Close();
        return Task.CompletedTask;
    }

    private async Task<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await _stream.ReadOnAsync(cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogUnreadable(exception, RunDigest);
            throw;
        }
    }

    private async Task<RunState> BeginAsync(RunDrafted drafted)
    {
        if (CanonicalRunDocument.Digest(Encoding.UTF8.GetBytes(drafted.Document)) != RunDigest)
        {
            throw new InvalidDataException(
                $"the document in the journal of run {RunDigest} has another digest: the journal was changed; restore it from a backup"
            );
        }

        // What an earlier release called canonical is still a document; its digest is the run's name.
        var document = RunDocumentYaml.Parse(drafted.Document);
        var layout = await layouts.OfAsync(RunDocumentReading.Recipe(document, Layers(drafted)));
        (_drafted, _document) = (drafted, document);
        return RunState.Start(RunDocumentReading.Terms(document, RunDigest, layout), drafted);
    }

    // The new state is computed before anything is written, so that an event that cannot follow is never appended.
    private async Task<bool> AppendAsync(params RunEvent[] events)
    {
        var next = events.Aggregate(_state!, (state, runEvent) => state.Apply(runEvent));
        await _stream.AppendAsync([.. events.Select(Record)]);
        var ended = next.Phase.HasEnded() && !_state!.Phase.HasEnded();
        _state = next;
        Tell(events);
        if (ended)
        {
            LogEnded(next.Name, next.Phase, next.Reason ?? "");
            DelayDeactivation(TimeSpan.Zero);
        }

        return true;
    }

    private void Tell(RunEvent[] events)
    {
        _poll.Signal();
        if (events.Any(ConcernsAllNodes))
        {
            _mark = _state!.Revision;
            _work.Signal();
        }
    }

    // A node learns of its own consent and receipt by the answer to its call.
    private static bool ConcernsAllNodes(RunEvent runEvent) =>
        runEvent
            is not (
                UpdateAccepted
                or NodeAdmitted
                or NodeDeclined
                or DeadlineMoved
                or VersionClosed
                or StalenessDecided
                or VersionEvaluated
                or UpdatesSwept
            );

    private JournalRecord Record(RunEvent runEvent) =>
        new(
            RunEventCodec.KindOf(runEvent),
            RunEventCodec.Encode(runEvent),
            runEvent is UpdateAccepted accepted ? accepted.Update.Key.InJournal(_state!.Terms.Epoch) : null
        );

    // The next activation reads the journal and goes on, whether or not a node calls; not at once, since the store may be in trouble.
    private void Abandon(string because)
    {
        LogAbandoned(RunDigest, because);
        _poll.Close();
        _work.Close();
        DeactivateOnIdle();
        WakeLaterAsync(_self, time).Ignore();
    }

    // Until a later activation has read the journal, which wakes it: the store may be in trouble for long, and nobody else may ever call.
    private static async Task WakeLaterAsync(IRunGrain run, TimeProvider time)
    {
        var wait = FirstRetry;
        while (true)
        {
            await Task.Delay(wait, time, CancellationToken.None);
            try
            {
                if (await run.IsAwakeAsync())
                {
                    return;
                }
            }
            catch (ObjectDisposedException)
            {
                return; // the silo has stopped; the next start wakes all runs
            }
            catch (Exception)
            {
                // The activation that could not read its journal has said so.
            }

            wait = wait * 2 < LastRetry ? wait * 2 : LastRetry;
        }
    }
}
