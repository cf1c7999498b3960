namespace Federated.Privacy.Accounting;

/// <summary>One plan and what has happened under it.</summary>
internal sealed class Reservation(ReservedEntry entry)
{
    private readonly Dictionary<long, SealedEntry> _sealed = [];
    private readonly Dictionary<string, ReleasedEntry> _released = [];

    public ReservedEntry Entry { get; } = entry;

    public long StepsDone { get; private set; }

    public ExpiredEntry? Expired { get; private set; }

    public IEnumerable<SealedEntry> Sealed => _sealed.Values;

    /// <summary>Expired with nothing sealed: nothing was released, so nothing is charged.</summary>
    public bool IsReturned => Expired is not null && _sealed.Count == 0;

    public SealedEntry? SealedFor(long baseVersion) => _sealed.GetValueOrDefault(baseVersion);

    public ReleasedEntry? ReleasedOf(string updateDigest) => _released.GetValueOrDefault(updateDigest);

    public void Add(SealedEntry entry)
    {
        _sealed[entry.BaseVersion] = entry;
        StepsDone += entry.StepsDone;
    }

    public void Add(ReleasedEntry entry) => _released[entry.UpdateDigest] = entry;

    public void Add(ExpiredEntry entry) => Expired = entry;
}
