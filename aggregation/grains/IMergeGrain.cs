namespace Federated.Aggregation.Grains;

/// <summary>Merges off the run's turn: a worker without identity or state. Any key is good.</summary>
[Alias("federated.merge")]
public interface IMergeGrain : IGrainWithIntegerKey
{
    /// <summary>Makes the next adapter and stores it. The same order always gives the same bytes.</summary>
    [Alias("merge")]
    [ResponseTimeout("00:30:00")]
    Task<MergeResult> MergeAsync(MergeOrder order, CancellationToken cancellation);
}
