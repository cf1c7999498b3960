using Federated.ClientNode;

namespace Federated.Lab.Simulate;

/// <summary>Text of one kind: the nodes that have it share it out among them.</summary>
/// <param name="Name">Whose text it is.</param>
/// <param name="Training">What nodes train on.</param>
/// <param name="HeldOut">What judges.</param>
internal sealed record TextSource(string Name, IReadOnlyList<TextRecord> Training, IReadOnlyList<TextRecord> HeldOut);
