namespace Federated.Aggregation;

/// <summary>
/// The newest participation intervals of one node, at most a window of them: an estimate that follows a node whose habits change,
/// at the price of more variance. A value: recording makes a new one.
/// </summary>
public sealed class RecentIntervals
{
    private readonly long[] _lengths;
    private readonly int _window;

    private RecentIntervals(long[] lengths, int window) => (_lengths, _window) = (lengths, window);

    /// <summary>Mean length; 1 while there is none.</summary>
    public double Mean => _lengths.Length == 0 ? 1.0 : (double)_lengths.Sum() / _lengths.Length;

    /// <summary>An empty window.</summary>
    /// <param name="window">How many intervals it holds. ≥ 1.</param>
    public static RecentIntervals Of(int window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        return new([], window);
    }

    /// <summary>The window after <paramref name="count"/> more intervals of one length.</summary>
    /// <param name="length">Length in versions. ≥ 1.</param>
    /// <param name="count">How many. ≥ 1; beyond the window the number does not matter.</param>
    public RecentIntervals With(long length, long count)
    {
        var added = (int)Math.Min(count, _window);
        var kept = Math.Min(_lengths.Length, _window - added);
        return new([.. _lengths.AsSpan(_lengths.Length - kept), .. Enumerable.Repeat(length, added)], _window);
    }
}
