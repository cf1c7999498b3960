using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Protocol;

namespace Federated.Silo;

/// <summary>The blobs that one run's journal names.</summary>
/// <param name="run">Digest of its document.</param>
internal sealed class NamedBlobs(string run)
{
    private readonly HashSet<string> _published = new(StringComparer.Ordinal);
    private readonly Dictionary<UpdateKey, HashSet<string>> _updates = [];
    private readonly HashSet<UpdateKey> _givenUp = [];
    private readonly Dictionary<UpdateKey, long> _mergedInto = [];
    private bool _isCentral;

    /// <summary>What the run needs, now or to be replayed.</summary>
    public IEnumerable<string> Needed =>
        _published.Concat(_updates.Where(update => !_givenUp.Contains(update.Key)).SelectMany(update => update.Value));

    /// <summary>
    /// What its retention has given up, and the raw updates of published versions with central privacy, should the run not have deleted them itself. Other updates, and other runs, may need
    /// the same bytes.
    /// </summary>
    public IEnumerable<string> GivenUp =>
        _updates.Where(update => _givenUp.Contains(update.Key)).SelectMany(update => update.Value);

    /// <summary>Takes note of an event.</summary>
    public void Note(RunEvent happened)
    {
        switch (happened)
        {
            case RunDrafted drafted:
                var document = RunDocumentYaml.Parse(drafted.Document);
                _isCentral = document.Aggregation.CentralPrivacy is not null;
                AddPublished(document.Adapter.Initialisation?.Sha256);
                break;
            case VersionPublished version:
                AddPublished(version.Digest, version.Residual?.Digest, version.Tail?.Digest);
                AddPublished(version.OptimizerState, version.Centre);
                GiveUpRaw(version.Version);
                break;
            case UpdateAccepted { Update: var update }:
                Of(update.Key).Add(NameOf(update.Digest));
                _mergedInto[update.Key] = update.AcceptedInto;
                break;
            case StalenessDecided decided:
                foreach (var decision in decided.Decisions)
                {
                    Of(new(decision.NodeId, decision.BaseVersion)).Add(NameOf(decision.CorrectedDigest));
                }

                break;
            case UpdatesSwept swept:
                _givenUp.UnionWith(swept.Updates);
                break;
            case RunCompleted or RunFailed or RunCancelled:
                GiveUpRaw(long.MaxValue);
                break;
        }
    }

    private string NameOf(string digest) => BlobNames.Of(digest, _isCentral ? run : null);

    private void GiveUpRaw(long version)
    {
        if (_isCentral)
        {
            _givenUp.UnionWith(_mergedInto.Where(update => update.Value <= version).Select(update => update.Key));
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
