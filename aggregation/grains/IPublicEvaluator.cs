using Federated.Adapters;
using Federated.Protocol;

namespace Federated.Aggregation.Grains;

/// <summary>Judges published versions on public records. Needs the base model, so it is the host's.</summary>
public interface IPublicEvaluator
{
    /// <summary>Judges a version, on threads of its own.</summary>
    /// <param name="document">The run's document, with an evaluation section.</param>
    /// <param name="layout">The adapter's layout.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellation">The silo stops.</param>
    /// <returns>How well it did; null where this process cannot judge.</returns>
    Task<VersionEvaluation?> EvaluateAsync(
        RunDocument document,
        AdapterLayout layout,
        PublishedVersion version,
        CancellationToken cancellation
    );
}
