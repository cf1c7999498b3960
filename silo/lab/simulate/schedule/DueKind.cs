namespace Federated.Lab.Simulate;

/// <summary>What a virtual node does at a moment.</summary>
internal enum DueKind
{
    /// <summary>It asks for work.</summary>
    CheckIn,

    /// <summary>It is done, and sends its update; or its work was lost.</summary>
    Finish,
}
