namespace Federated.Aggregation;

/// <summary>Where a run stands: draft → recruiting → running ⇄ paused → completed | failed | cancelled.</summary>
public enum RunPhase
{
    /// <summary>The document is durable; nobody is asked yet.</summary>
    Draft,

    /// <summary>Nodes are offered the document and answer.</summary>
    Recruiting,

    /// <summary>Versions open, close and are published.</summary>
    Running,

    /// <summary>Nothing is assigned or merged; uploads in flight are accepted; deadlines stand still.</summary>
    Paused,

    /// <summary>All versions are published.</summary>
    Completed,

    /// <summary>The run cannot go on.</summary>
    Failed,

    /// <summary>The operator ended it.</summary>
    Cancelled,
}
