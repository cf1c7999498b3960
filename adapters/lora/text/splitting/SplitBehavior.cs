namespace Federated.Adapters.Text;

/// <summary>What becomes of a match at which a text is cut.</summary>
internal enum SplitBehavior
{
    /// <summary>It is dropped.</summary>
    Removed,

    /// <summary>It is a part of its own.</summary>
    Isolated,

    /// <summary>It ends the part before it.</summary>
    MergedWithPrevious,

    /// <summary>It begins the part after it.</summary>
    MergedWithNext,

    /// <summary>Matches side by side are one part.</summary>
    Contiguous,
}
