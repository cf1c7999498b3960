using Federated.Adapters;
using Federated.Protocol;

namespace Federated.Aggregation.Grains.Tests;

/// <summary>Finds every version equally good.</summary>
internal sealed class ConstantLoss : IPublicEvaluator
{
    public Task<VersionEvaluation?> EvaluateAsync(
        RunDocument document,
        AdapterLayout layout,
        PublishedVersion version,
        CancellationToken cancellation
    ) => Task.FromResult<VersionEvaluation?>(new(version.Number, 30, 10, 40, 2, []) { Correct = 4 });
}
