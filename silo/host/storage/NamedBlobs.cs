using Federated.Aggregation;
using Federated.Protocol;

namespace Federated.Silo;

/// <summary>The blobs that one run's journal names.</summary>
internal sealed class NamedBlobs
{
    private readonly HashSet<string> _published = new(StringComparer.Ordinal);
    private readonly Dictionary<UpdateKey, HashSet<string>> _updates = [];
    private readonly HashSet<UpdateKey> _swept = [];

    /// <summary>What the run needs, now or to be replayed.</summary>
    public IEnumerable<string> Needed =>
        _published.Concat(_updates.Where(update => !_swept.Contains(update.Key)).SelectMany(update => update.Value));

    /// <summary>What its retention has given up; other updates, and other runs, may need the same bytes.</summary>
    public IEnumerable<string> GivenUp =>
        _updates.Where(update => _swept.Contains(update.Key)).SelectMany(update => update.Value);

    /// <summary>Takes note of an event.</summary>
    public void Note(RunEvent happened)
    {
        switch (happened)
        {
            case RunDrafted drafted:
                AddPublished(RunDocumentYaml.Parse(drafted.Document).Adapter.Initialisation?.Sha256);
                break;
            case VersionPublished version:
                AddPublished(version.Digest, version.Residual?.Digest, version.Tail?.Digest);
                AddPublished(version.OptimizerState, version.Centre);
                break;
            case UpdateAccepted { Update: var update }:
                Of(update.Key).Add(update.Digest);
                break;
            case StalenessDecided decided:
                foreach (var decision in decided.Decisions)
                {
                    Of(new(decision.NodeId, decision.BaseVersion)).Add(decision.CorrectedDigest);
                }

                break;
            case UpdatesSwept swept:
                _swept.UnionWith(swept.Updates);
                break;
        }
    }

    private void AddPublished(params string?[] digests) => _published.UnionWith(digests.OfType<string>());

    private HashSet<string> Of(UpdateKey update)
    {
        if (!_updates.TryGetValue(update, out var digests))
        {
            _updates[update] = digests = new(StringComparer.Ordinal);
        }

        return digests;
    }
}
