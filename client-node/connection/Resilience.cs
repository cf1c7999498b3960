using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Federated.ClientNode;

/// <summary>How the node repeats what may be repeated: only calls to the silo, and uploads of sealed bytes.</summary>
/// <remarks>
/// Nothing that trains or draws noise ever runs inside a pipeline: a repeated draw for the same base would let the noise be averaged
/// away. A pipeline wraps a whole resumable operation, and each attempt asks anew how far the last one came.
/// </remarks>
internal sealed class Resilience
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>Creates the pipelines.</summary>
    /// <param name="time">The clock of delays and timeouts.</param>
    /// <param name="waiting">Told the attempt that failed and why, before the next.</param>
    public Resilience(TimeProvider time, Action<int, string> waiting)
    {
        // Over the call's own deadline, whose error says more than a timeout does.
        FirstContact = Build(time, waiting, attempts: 5, FederationClient.CallDeadline + TimeSpan.FromSeconds(10));
        Call = Build(time, waiting, attempts: int.MaxValue, perAttempt: TimeSpan.FromSeconds(60));
        Transfer = Build(time, waiting, attempts: int.MaxValue, perAttempt: TimeSpan.FromMinutes(30));
    }

    /// <summary>For the first join: gives up after five attempts, since the address may be wrong.</summary>
    public ResiliencePipeline FirstContact { get; }

    /// <summary>For short calls of a working node: until it is answered or stopped.</summary>
    public ResiliencePipeline Call { get; }

    /// <summary>For downloads and uploads: the whole resumable operation, until it is answered or stopped.</summary>
    public ResiliencePipeline Transfer { get; }

    private static ResiliencePipeline Build(
        TimeProvider time,
        Action<int, string> waiting,
        int attempts,
        TimeSpan perAttempt
    ) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(
                new RetryStrategyOptions
                {
                    ShouldHandle = new PredicateBuilder()
                        .Handle<SiloUnreachableException>()
                        .Handle<TimeoutRejectedException>(),
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = FirstDelay,
                    MaxDelay = LongestDelay,
                    MaxRetryAttempts = attempts,
                    OnRetry = retry =>
                    {
                        waiting(retry.AttemptNumber + 1, retry.Outcome.Exception?.Message ?? "no answer");
                        return default;
                    },
                }
            )
            .AddTimeout(perAttempt)
            .Build();
}
