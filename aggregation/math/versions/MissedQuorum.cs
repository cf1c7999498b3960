namespace Federated.Aggregation;

/// <summary>What happens when the deadline passes with too few nodes.</summary>
public enum MissedQuorum
{
    /// <summary>The version waits for another deadline's length.</summary>
    Extend,

    /// <summary>The run pauses until the operator resumes it.</summary>
    Pause,

    /// <summary>The run fails.</summary>
    Fail,
}
