namespace Federated.Lab.Demo.Reports;

/// <summary>Everything that the demo has to tell, as one document.</summary>
internal sealed record DemoReport
{
    /// <summary>Version of this document's form.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The run's name.</summary>
    public required string Run { get; init; }

    /// <summary>The run's identity.</summary>
    public required string RunDigest { get; init; }

    /// <summary>The silo's word for how it ended.</summary>
    public required string Outcome { get; init; }

    /// <summary>From the start of the programs to the last version, in seconds, of this sitting.</summary>
    public required double Seconds { get; init; }

    /// <summary>Published versions.</summary>
    public required long Versions { get; init; }

    /// <summary>Values in the adapter that travel, 4 bytes each.</summary>
    public required long AdapterParameters { get; init; }

    /// <summary>Values in the base model.</summary>
    public required long ModelParameters { get; init; }

    /// <summary>One entry per node.</summary>
    public required IReadOnlyList<OrganisationReport> Organisations { get; init; }

    /// <summary>One entry per update merged, in the order of versions.</summary>
    public required IReadOnlyList<MergedUpdate> Merged { get; init; }

    /// <summary>What the adapter does to a text.</summary>
    public required SampleCompletion Sample { get; init; }

    /// <summary>Folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
    public required string AdapterFolder { get; init; }

    /// <summary>The silo's HTTP address while it is kept running.</summary>
    public string? Operator { get; init; }

    /// <summary>Commands to try next.</summary>
    public required IReadOnlyList<string> Next { get; init; }

    /// <summary>The rows of <c>--compare</c>.</summary>
    public ComparisonReport? Comparison { get; init; }

    /// <summary>All held-out records together.</summary>
    public HeldOutChange Overall => HeldOutChange.Sum(Organisations.Select(organisation => organisation.HeldOut));

    /// <summary>Mean over organisations of the change in nats per token; negative is better.</summary>
    public double MeanChangePerToken => Organisations.Average(o => o.HeldOut.PerTokenAfter - o.HeldOut.PerTokenBefore);

    /// <summary>What one node would move if it sent and fetched every weight as often as it did the adapter.</summary>
    public double FullFineTuningBytes(OrganisationReport organisation) =>
        (organisation.BytesUp + organisation.BytesDown) * ((double)ModelParameters / AdapterParameters);
}
