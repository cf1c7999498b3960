namespace Federated.Protocol;

/// <summary>Either one group or a list of node ids.</summary>
public sealed record ParticipantsSection
{
    /// <summary>Name of a group; its admitted nodes are the participants.</summary>
    public string? Group { get; init; }

    /// <summary>Node ids (64 hex digits, or a unique prefix of at least 8).</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];
}
