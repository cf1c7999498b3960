using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Federated.Aggregation;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>A run's changes as server-sent events: its status now, and again whenever it has changed, until it has ended.</summary>
internal static class RunEventEndpoints
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    public static void MapRunEvents(this RouteGroupBuilder api) =>
        api.MapGet(
            "/runs/{id}/events",
            async (string id, RunLookup runs, IHostApplicationLifetime lifetime, CancellationToken cancellation) =>
                TypedResults.ServerSentEvents(
                    WatchAsync(await runs.FindAsync(id), lifetime.ApplicationStopping, cancellation)
                )
        );

    private static async IAsyncEnumerable<SseItem<RunView>> WatchAsync(
        IRunGrain run,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellation);
        while (!either.IsCancellationRequested && await run.StatusAsync() is { } status)
        {
            // Also sent unchanged after a silence: deadlines come nearer, and a connection that has gone is noticed.
            yield return new SseItem<RunView>(RunView.Of(status), "status") { EventId = $"{status.Revision}" };
            if (status.Phase.HasEnded())
            {
                yield break;
            }

            try
            {
                await run.WaitForChangeAsync(status.Revision, LongestSilence, either.Token);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }
        }
    }
}
