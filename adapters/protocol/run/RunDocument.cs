namespace Federated.Protocol;

/// <summary>
/// One training job, as one document: immutable once started. Its identity is the SHA-256 of its canonical form.
/// </summary>
public sealed record RunDocument
{
    /// <summary>A readable name; made from the digest when absent.</summary>
    public string? Name { get; init; }

    /// <summary>Who may take part.</summary>
    public required ParticipantsSection Participants { get; init; }

    /// <summary>The frozen model that all nodes must hold.</summary>
    public required BaseModelSection BaseModel { get; init; }

    /// <summary>The adapter that is trained.</summary>
    public required AdapterSection Adapter { get; init; }

    /// <summary>The mechanism that every node must apply.</summary>
    public required PrivacySection Privacy { get; init; }

    /// <summary>The local program of one update.</summary>
    public required LocalSection Local { get; init; }

    /// <summary>How progress is judged on public records; null = it is not.</summary>
    public EvaluationSection? Evaluation { get; init; }

    /// <summary>When the run ends early; null = never.</summary>
    public StopSection? Stop { get; init; }

    /// <summary>Noised metrics of private data; null = none.</summary>
    public MetricsSection? Metrics { get; init; }

    /// <summary>When versions close and how old an update may be.</summary>
    public required RoundsSection Rounds { get; init; }

    /// <summary>How updates become the next version.</summary>
    public AggregationSection Aggregation { get; init; } = new();

    /// <summary>How long blobs are kept.</summary>
    public RetentionSection Retention { get; init; } = new();
}
