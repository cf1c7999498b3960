using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>The first event: the document, and what it was checked against.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Document">The canonical document; its SHA-256 is the run's digest.</param>
/// <param name="Name">The run's readable name.</param>
/// <param name="Group">The group that owns the run.</param>
/// <param name="Nodes">The nodes that may take part, null = any node of the group.</param>
/// <param name="Layers">The base model's linear layers, from which the adapter's layout is made again.</param>
/// <param name="LayoutDigest">Digest of that layout.</param>
public sealed record RunDrafted(
    DateTimeOffset At,
    string Document,
    string Name,
    string Group,
    IReadOnlyList<string>? Nodes,
    IReadOnlyList<LinearShape> Layers,
    string LayoutDigest
) : RunEvent(At);
