namespace Federated.Lab.Simulate;

/// <summary>What the user asked of <c>fedlab simulate</c>.</summary>
internal sealed record SimulateOptions
{
    /// <summary>The run document; null = a run in the manner of the FedAU paper.</summary>
    public string? Document { get; init; }

    /// <summary>digits | text | quadratic.</summary>
    public required string Task { get; init; }

    /// <summary>digits: a folder with images; text: one with a .jsonl file for each source. Null = what needs no download.</summary>
    public string? Data { get; init; }

    /// <summary>text: the folder of the document's base model; null = the one that comes with the program.</summary>
    public string? Model { get; init; }

    /// <summary>N ≥ 1.</summary>
    public required int Nodes { get; init; }

    /// <summary>Versions to publish; null = as the document says.</summary>
    public int? Versions { get; init; }

    /// <summary>bernoulli | markov[:q] | cyclic[:C] | trace:FILE.</summary>
    public required string Participation { get; init; }

    /// <summary>Means, floor and concentrations of the population.</summary>
    public required PopulationOptions Population { get; init; }

    /// <summary>How long work takes.</summary>
    public required WorkTimeOptions Times { get; init; }

    /// <summary>The seed of everything.</summary>
    public required long Seed { get; init; }

    /// <summary>Participation methods that are compared; empty = the document's alone.</summary>
    public IReadOnlyList<string> Compare { get; init; } = [];

    /// <summary>Where reports and a resumable journal go; null = no journal is kept.</summary>
    public string? Directory { get; init; }

    /// <summary>Where reports go when nothing needs to be resumed; null = nowhere.</summary>
    public string? Output { get; init; }

    /// <summary>Go on with what the directory holds.</summary>
    public bool Resume { get; init; }

    /// <summary>Versions from one evaluation to the next.</summary>
    public int EvaluateEvery { get; init; } = 1;

    /// <summary>Updates that are computed at the same time.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>One JSON document instead of a table.</summary>
    public bool Json { get; init; }
}
