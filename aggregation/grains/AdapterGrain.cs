using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>The published versions, as the run's journal tells them: a projection that downloads can ask without disturbing the run.</summary>
internal sealed class AdapterGrain(IJournal journal) : Grain, IAdapterGrain
{
    private static readonly string Published = RunEventCodec.KindOf(new VersionPublished(default, 0, "", 0, null));

    private readonly List<AdapterVersion> _versions = [];
    private JournalStream _stream = null!;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _stream = new(journal, StreamNames.OfRun(this.GetPrimaryKeyString()), _ => DeactivateOnIdle());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<AdapterVersion?> VersionAsync(long version)
    {
        if (version >= _versions.Count)
        {
            await ReadOnAsync();
        }

        return version >= 0 && version < _versions.Count ? _versions[(int)version] : null;
    }

    /// <inheritdoc/>
    public async Task<AdapterVersion?> LatestAsync()
    {
        await ReadOnAsync();
        return _versions.Count == 0 ? null : _versions[^1];
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<AdapterVersion>> AllAsync()
    {
        await ReadOnAsync();
        return [.. _versions];
    }

    private async Task ReadOnAsync()
    {
        foreach (var entry in await _stream.ReadOnAsync())
        {
            if (entry.Kind == Published)
            {
                var published = (VersionPublished)RunEventCodec.Decode(entry.Kind, entry.Payload.Span);
                _versions.Add(
                    new(
                        published.Version,
                        published.Digest,
                        published.Length,
                        published.Residual?.Digest,
                        published.Residual?.Length ?? 0
                    )
                );
            }
        }
    }
}
