namespace Federated.Lab.Demo;

/// <summary>What the user asked of <c>fedlab demo</c>.</summary>
internal sealed record DemoOptions
{
    /// <summary>The working folder.</summary>
    public required string Directory { get; init; }

    /// <summary>A folder with one JSON-lines file per organisation, instead of the documentation of NuGet packages.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Public text on which the A factors are found (EVA); <see langword="null"/>: they come from the seed.</summary>
    public string? PublicText { get; init; }

    /// <summary>How many organisations; <see langword="null"/>: <see cref="DemoDefaults.Nodes"/>, or all of the data folder.</summary>
    public int? Nodes { get; init; }

    /// <summary>How many versions to publish.</summary>
    public int? Versions { get; init; }

    /// <summary>Seed of splits, frozen factors and links; never of noise.</summary>
    public int? Seed { get; init; }

    /// <summary>HTTP port of the silo; <see langword="null"/>: any free one.</summary>
    public int? HttpPort { get; init; }

    /// <summary>Throw away what an earlier demo left in the folder.</summary>
    public bool Fresh { get; init; }

    /// <summary>Keep the silo running at the end, for a look at its address.</summary>
    public bool Keep { get; init; }

    /// <summary>Also train in the other ways and print the comparison.</summary>
    public bool Compare { get; init; }

    /// <summary>Print one JSON document instead of tables.</summary>
    public bool Json { get; init; }
}
