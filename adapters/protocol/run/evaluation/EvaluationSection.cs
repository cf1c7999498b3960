namespace Federated.Protocol;

/// <summary>How a run's progress is judged: on public records, by the silo, free of ε.</summary>
public sealed record EvaluationSection
{
    /// <summary>The public set's name; the silo maps it to a JSONL file.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of the file, 64 hex digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Every how many versions. ≥ 1; version 0 and the last one are always among them.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Texts that the adapted model continues at each evaluation, for people to read. At most 8.</summary>
    public IReadOnlyList<string> Prompts { get; init; } = [];
}
