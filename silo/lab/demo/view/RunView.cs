namespace Federated.Lab.Demo.Views;

/// <summary>What is shown of the run while it goes on.</summary>
/// <param name="Name">The run.</param>
/// <param name="State">The silo's word: recruiting, running, completed …</param>
/// <param name="Version">The latest published version.</param>
/// <param name="Versions">The last version to come.</param>
/// <param name="Elapsed">Since the run was submitted.</param>
/// <param name="Remaining">At the pace so far; <see langword="null"/> before the first version.</param>
/// <param name="Nodes">In the order in which they were started.</param>
internal sealed record RunView(
    string Name,
    string State,
    long Version,
    long Versions,
    TimeSpan Elapsed,
    TimeSpan? Remaining,
    IReadOnlyList<NodeView> Nodes
);
