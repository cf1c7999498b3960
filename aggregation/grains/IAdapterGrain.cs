using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>The published adapters of a run (by its digest): what downloads need, read from the run's journal.</summary>
[Alias("federated.adapter")]
public interface IAdapterGrain : IGrainWithStringKey
{
    /// <summary>A version's adapter; null = not published.</summary>
    [Alias("version")]
    Task<AdapterVersion?> VersionAsync(long version);

    /// <summary>The newest version's adapter; null = none yet.</summary>
    [Alias("latest")]
    Task<AdapterVersion?> LatestAsync();

    /// <summary>All versions in order.</summary>
    [Alias("all")]
    Task<ImmutableArray<AdapterVersion>> AllAsync();
}
