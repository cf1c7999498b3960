namespace Federated.Aggregation;

/// <summary>What the close rule asks for.</summary>
public enum CloseAction
{
    /// <summary>Nothing until more updates come, or until <see cref="CloseDecision.At"/>.</summary>
    Wait,

    /// <summary>Freeze the accepted updates and merge them.</summary>
    Close,

    /// <summary>The quorum was missed: move the deadline to <see cref="CloseDecision.At"/>.</summary>
    Extend,

    /// <summary>The quorum was missed: pause the run.</summary>
    Pause,

    /// <summary>The quorum was missed: fail the run.</summary>
    Fail,
}
