namespace Federated.Privacy.Accounting;

/// <summary>A checked ledger, read without its lock.</summary>
public sealed class LedgerSnapshot
{
    private readonly LedgerState _state;

    internal LedgerSnapshot(LedgerState state, ReadOnlyMemory<byte> lines) => (_state, Lines) = (state, lines);

    /// <summary>The whole lines, as on disk.</summary>
    internal ReadOnlyMemory<byte> Lines { get; }

    /// <summary>The last entry's sequence and hash.</summary>
    public LedgerHead Head => _state.Head;

    /// <summary>All entries, oldest first.</summary>
    public IReadOnlyList<LedgerEntry> Entries => _state.Entries;

    /// <summary>The names of all sources with a reservation.</summary>
    public IReadOnlyList<string> Sources => [.. _state.Sources];

    /// <summary>What a source has spent.</summary>
    /// <param name="source">The owner's name for the data.</param>
    public SourceStatus Status(string source) => LedgerPricing.Status(source, _state);
}
