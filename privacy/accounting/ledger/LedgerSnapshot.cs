namespace Federated.Privacy.Accounting;

/// <summary>A checked ledger, read without its lock.</summary>
public sealed class LedgerSnapshot
{
    internal LedgerSnapshot(LedgerState state, ReadOnlyMemory<byte> lines, LedgerGap? gap = null) =>
        (State, Lines, Gap) = (state, lines, gap);

    /// <summary>The last entry's sequence and hash.</summary>
    public LedgerHead Head => State.Head;

    /// <summary>All entries, oldest first.</summary>
    public IReadOnlyList<LedgerEntry> Entries => State.Entries;

    /// <summary>The names of all sources with a reservation.</summary>
    public IReadOnlyList<string> Sources => [.. State.Sources];

    /// <summary>What the anchors know and the ledger does not; null when nothing is missing, or no anchors were given.</summary>
    public LedgerGap? Gap { get; }

    internal LedgerState State { get; }

    /// <summary>The whole lines, as on disk.</summary>
    internal ReadOnlyMemory<byte> Lines { get; }

    /// <summary>What a source has spent.</summary>
    /// <param name="source">The owner's name for the data.</param>
    public SourceStatus Status(string source) => SourceStatus.Of(source, State);

    /// <summary>What a source has promised, to price a further plan against.</summary>
    /// <param name="source">The owner's name for the data.</param>
    public SourceAccount Account(string source) => State.Account(source);

    /// <summary>All plans, oldest first.</summary>
    public IReadOnlyList<StatedPlan> Plans => [.. State.Reservations.Select(StatedPlan.Of)];

    /// <summary>Computes the ε of every plan anew, from its numbers alone.</summary>
    public IReadOnlyList<RecomputedPlan> Recompute() => [.. State.Reservations.Select(RecomputedPlan.Of)];

    /// <summary>What recovering the gap would charge; empty without one.</summary>
    /// <param name="budgets">The budgets of today, by source.</param>
    public IReadOnlyList<RecoveredCharge> ChargesOfGap(IReadOnlyDictionary<string, PrivacyBudget> budgets) =>
        Gap is { } gap ? GapCharges.For(State, gap, budgets) : [];

    internal static LedgerSnapshot Read(string path, AnchorFiles? anchors)
    {
        // Before the ledger: it may grow at this moment, and its anchors after it.
        var local = anchors is null ? null : new LedgerAnchor(anchors.Local).Read();
        var confirmed = anchors is null ? null : new LedgerAnchor(anchors.Confirmed).Read();
        byte[] bytes;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (FileNotFoundException error)
        {
            throw new LedgerUnavailableException(
                $"there is no ledger '{path}' yet, or it was removed; a node's first start makes it",
                error
            );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerWriter.Unavailable(path, error);
        }

        var (state, length) = LedgerFile.Parse(bytes, path);
        var watch = new RollbackWatch(path, state, anchors: null);
        watch.Note(local, confirmed);
        return new LedgerSnapshot(state, bytes.AsMemory(0, (int)length), watch.Gap);
    }
}
