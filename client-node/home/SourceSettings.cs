using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>One data source: its ledger is permanent, whatever happens to the file.</summary>
internal sealed record SourceSettings
{
    /// <summary>The owner's name for the data. The ledger's account.</summary>
    public required string Name { get; init; }

    /// <summary>The JSONL file.</summary>
    public required string Path { get; init; }

    /// <summary>A coarse number of records, ≥ 1. Fixes the sampling rate; never recomputed from the data.</summary>
    public required int DeclaredRecords { get; init; }

    /// <summary>
    /// A coarse number of data subjects, ≥ 1: then every record names one, and privacy and budget are those of a subject; null: of a record.
    /// </summary>
    public int? DeclaredSubjects { get; init; }

    /// <summary>What this source's budget protects, as run documents name it.</summary>
    public string Unit => DeclaredSubjects is null ? "record" : "subject";

    /// <summary>The declared number of what is protected.</summary>
    public int DeclaredUnits => DeclaredSubjects ?? DeclaredRecords;

    /// <summary>ε that all runs together may cost one record (or subject), &gt; 0.</summary>
    public required double Epsilon { get; init; }

    /// <summary>How the plans of runs add up; fixed by the source's first run.</summary>
    public PlanComposition Composition { get; init; }

    /// <summary>Other sources that hold some of the same records: all of them are one account.</summary>
    public IReadOnlyList<string> SharedWith { get; init; } = [];

    /// <summary>δ at which this node prices every run, (0, 1).</summary>
    public required double Delta { get; init; }
}
