using Federated.Lab.Demo.Data;
using Federated.Lab.Demo.Runs;

namespace Federated.Lab.Demo.Compare;

/// <summary>A run of the comparison: its nodes and the document they train by.</summary>
/// <param name="Name">Names the run and its folder.</param>
/// <param name="Owners">Whose records; each gets a node of its own.</param>
/// <param name="IsPrivate">Whether noise is added.</param>
/// <param name="Document">Makes the run document from the ids of the nodes.</param>
internal sealed record Arm(
    string Name,
    IReadOnlyList<Organisation> Owners,
    bool IsPrivate,
    Func<IReadOnlyList<string>, RunTemplate> Document
);
