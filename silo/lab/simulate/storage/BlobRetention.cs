using Federated.Aggregation;
using Federated.Aggregation.Grains;

namespace Federated.Lab.Simulate;

/// <summary>
/// Keeps memory flat however long a simulation is: of each node the updates that were merged last stay, and of the versions those that a node may still
/// start from. A data folder keeps everything.
/// </summary>
/// <param name="blobs">The blobs in memory.</param>
/// <param name="maxStaleness">The oldest base of an update, in versions.</param>
internal sealed class BlobRetention(IBlobStore blobs, long maxStaleness)
{
    private readonly Dictionary<string, string[]> _updatesOfNode = new(StringComparer.Ordinal);
    private readonly Queue<string[]> _versions = new();
    private string[] _state = [];

    /// <summary>Forgets what a new version makes superfluous.</summary>
    public async Task ApplyAsync(VersionPublished published, CancellationToken cancellation)
    {
        foreach (var ofNode in (published.Report?.Updates ?? []).GroupBy(update => update.NodeId))
        {
            // A node may have several updates in one version, and methods that remember merge all of them again; not those that came too late.
            var before = _updatesOfNode.GetValueOrDefault(ofNode.Key, []);
            string[] merged = [.. ofNode.Where(update => update.Scale != 0).Select(update => update.Digest)];
            var kept = merged.Length > 0 ? merged : before;
            foreach (var superfluous in before.Concat(ofNode.Select(update => update.Digest)).Except(kept))
            {
                await blobs.DeleteAsync(superfluous, cancellation);
            }

            _updatesOfNode[ofNode.Key] = kept;
        }

        // Of what the next merge goes on with, only the newest counts.
        string[] state =
        [
            .. new[] { published.OptimizerState, published.Tail?.Digest, published.Centre }.OfType<string>(),
        ];
        foreach (var older in _state.Except(state))
        {
            await blobs.DeleteAsync(older, cancellation);
        }

        _state = state;
        _versions.Enqueue([.. new[] { published.Digest, published.Residual?.Digest }.OfType<string>()]);
        // One more than the ring: the version that is being replaced is read once more, by whoever judges it.
        while (_versions.Count > maxStaleness + 2)
        {
            foreach (var oldest in _versions.Dequeue().Where(oldest => !_versions.Any(kept => kept.Contains(oldest))))
            {
                await blobs.DeleteAsync(oldest, cancellation);
            }
        }
    }
}
