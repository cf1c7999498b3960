using Federated.Adapters;
using Federated.Protocol;

namespace Federated.Aggregation.Grains;

/// <summary>For hosts without base models: no version is judged.</summary>
internal sealed class NoPublicEvaluation : IPublicEvaluator
{
    /// <inheritdoc/>
    public Task<VersionEvaluation?> EvaluateAsync(
        RunDocument document,
        AdapterLayout layout,
        PublishedVersion version,
        CancellationToken cancellation
    ) => Task.FromResult<VersionEvaluation?>(null);
}
