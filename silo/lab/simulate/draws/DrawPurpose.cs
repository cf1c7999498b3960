namespace Federated.Lab.Simulate;

/// <summary>What a number is drawn for. The values are part of what a seed means: they are never changed.</summary>
internal enum DrawPurpose
{
    /// <summary>A node's key.</summary>
    Key = 1,

    /// <summary>How a node's records are spread over the labels.</summary>
    LabelDistribution = 2,

    /// <summary>How strongly labels go with participation.</summary>
    LabelParticipation = 3,

    /// <summary>Whether a node takes part in a round.</summary>
    Participation = 4,

    /// <summary>How long a node works.</summary>
    Delay = 5,

    /// <summary>Whether a node is a straggler.</summary>
    Straggler = 6,

    /// <summary>Whether work is lost.</summary>
    DropOut = 7,

    /// <summary>The centres of synthetic classes.</summary>
    Centre = 8,

    /// <summary>A node's records.</summary>
    Record = 9,

    /// <summary>The records that judge.</summary>
    TestRecord = 10,

    /// <summary>The batch of a local step.</summary>
    Batch = 11,

    /// <summary>Whether a number of an update is rounded up or down.</summary>
    Rounding = 12,
}
