using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>Reads a plan's blobs layer by layer: memory holds one layer of each.</summary>
internal sealed class LayerReader : IAsyncDisposable
{
    private readonly MergePlan _plan;
    private readonly AdapterLayout _layout;
    private readonly BlobSet _blobs;
    private readonly List<long> _bases;

    public LayerReader(MergePlan plan, AdapterLayout layout, OpenBlob open)
    {
        (_plan, _layout) = (plan, layout);
        _bases = [.. plan.Updates.Select(update => update.BaseVersion).Where(IsOlder).Distinct().Order()];
        _blobs = new(
            [
                new(plan.PreviousDigest, layout, AdapterBlobKind.Adapter),
                .. _bases.Select(version => new BlobSource(Base(version), layout, AdapterBlobKind.Adapter)),
                .. plan.Updates.Select(update => new BlobSource(
                    update.Digest,
                    layout.TrainedAt(update.BaseVersion),
                    AdapterBlobKind.Update
                )),
            ],
            open
        );
    }

    /// <summary>One layer's merge, with the coefficients c times the server's learning rate.</summary>
    /// <param name="index">The layer.</param>
    /// <param name="cancellation">Stops between blobs.</param>
    public async Task<LayerMerge> ReadAsync(int index, CancellationToken cancellation)
    {
        var previous = await PairAsync(0, index, null, cancellation).ConfigureAwait(false);
        var bases = new Dictionary<long, FactorPair>();
        for (var i = 0; i < _bases.Count; i++)
        {
            bases[_bases[i]] = await PairAsync(1 + i, index, null, cancellation).ConfigureAwait(false);
        }

        var updates = new LayerUpdate[_plan.Updates.Count];
        for (var i = 0; i < updates.Length; i++)
        {
            var update = _plan.Updates[i];
            var from = bases.GetValueOrDefault(update.BaseVersion, previous);
            var after = await PairAsync(1 + _bases.Count + i, index, from, cancellation).ConfigureAwait(false);
            updates[i] = new(update.Coefficient * _plan.LearningRate, from, after);
        }

        return new(previous, updates);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _blobs.DisposeAsync();

    private bool IsOlder(long version) => version != _plan.Version - 1;

    private string Base(long version) =>
        _plan.Bases.GetValueOrDefault(version)
        ?? throw new ArgumentException(
            $"the plan names no adapter of version {version}, from which an update was trained"
        );

    // The factors of a blob, added to those it is an update of.
    private async Task<FactorPair> PairAsync(int blob, int index, FactorPair? from, CancellationToken cancellation)
    {
        var tensor = _blobs.Sources[blob].Layout.Tensors[index];
        var values = new float[tensor.Length];
        await _blobs.ReadAsync(blob, tensor.Offset, values, cancellation).ConfigureAwait(false);
        var pair = from?.Copy() ?? FactorPair.Zero(tensor.OutFeatures, tensor.Rank, tensor.InFeatures);
        var lengthOfA = tensor.Holds.HasFlag(HeldFactors.A) ? tensor.LengthOfA : 0;
        pair.AddRows(values.AsSpan(lengthOfA), values.AsSpan(0, lengthOfA));
        return pair;
    }
}
