namespace Federated.Lab.Simulate;

/// <summary>Something that a virtual node will do.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Which node; of one moment, the lower number comes first.</param>
/// <param name="Kind">What.</param>
/// <param name="BaseVersion">The version it works on; for a check-in the one it will be given.</param>
internal readonly record struct Due(DateTimeOffset At, int Node, DueKind Kind, long BaseVersion) : IComparable<Due>
{
    /// <summary>The order in which things are done.</summary>
    public int CompareTo(Due other) => (At, Node, Kind).CompareTo((other.At, other.Node, other.Kind));

    /// <inheritdoc/>
    public static bool operator <(Due left, Due right) => left.CompareTo(right) < 0;

    /// <inheritdoc/>
    public static bool operator >(Due left, Due right) => left.CompareTo(right) > 0;

    /// <inheritdoc/>
    public static bool operator <=(Due left, Due right) => left.CompareTo(right) <= 0;

    /// <inheritdoc/>
    public static bool operator >=(Due left, Due right) => left.CompareTo(right) >= 0;
}
