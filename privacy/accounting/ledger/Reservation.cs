using System.Collections.Immutable;

namespace Federated.Privacy.Accounting;

/// <summary>One plan and what has happened under it.</summary>
internal sealed class Reservation(ReservedEntry entry)
{
    private readonly Dictionary<long, SealedEntry> _sealed = [];
    private readonly Dictionary<string, ReleasedEntry> _released = [];
    private readonly Lazy<ImmutableArray<double>> _divergences = new(() =>
        RenyiFilter.Public.Divergences(entry.Plan.ToEvent())
    );

    public ReservedEntry Entry { get; } = entry;

    public long StepsDone { get; private set; }

    public long MetricsDone { get; private set; }

    public ExpiredEntry? Expired { get; private set; }

    /// <summary>The recovery that ended the plan, if one did.</summary>
    public RecoveredEntry? EndedBy { get; private set; }

    /// <summary>Expired with nothing sealed: nothing was released, so nothing is charged. After a recovery nobody knows that.</summary>
    public bool IsReturned { get; private set; }

    /// <summary>Whether the plan counts against the budget.</summary>
    public bool IsCharged => Entry.Plan.IsPrivate && !IsReturned;

    public IEnumerable<SealedEntry> Sealed => _sealed.Values;

    /// <summary>Why nothing more can be sealed; null while it can.</summary>
    public string? WhyOver =>
        Expired is { } expired ? $"expired at {expired.At:u} ({expired.Reason})"
        : EndedBy is { } recovery ? $"ended at {recovery.At:u}, when lost entries were recovered"
        : null;

    /// <summary>The divergence of the whole plan at each public order.</summary>
    public ImmutableArray<double> Divergences => _divergences.Value;

    public SealedEntry? SealedFor(long baseVersion) => _sealed.GetValueOrDefault(baseVersion);

    public ReleasedEntry? ReleasedOf(string updateDigest) => _released.GetValueOrDefault(updateDigest);

    public void Add(SealedEntry entry)
    {
        _sealed[entry.BaseVersion] = entry;
        StepsDone += entry.StepsDone;
        MetricsDone += entry.Metrics;
    }

    public void Add(ReleasedEntry entry) => _released[entry.UpdateDigest] = entry;

    public void Add(ExpiredEntry entry)
    {
        Expired = entry;
        IsReturned = _sealed.Count == 0 && EndedBy is null;
    }

    public void Add(RecoveredEntry entry)
    {
        if (WhyOver is null)
        {
            EndedBy = entry;
        }
    }
}
