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

    /// <summary>When versions close and how old an update may be.</summary>
    public required RoundsSection Rounds { get; init; }

    /// <summary>How updates become the next version.</summary>
    public AggregationSection Aggregation { get; init; } = new();

    /// <summary>How long blobs are kept.</summary>
    public RetentionSection Retention { get; init; } = new();
}

/// <summary>Either one group or a list of node ids.</summary>
public sealed record ParticipantsSection
{
    /// <summary>Name of a group; its admitted nodes are the participants.</summary>
    public string? Group { get; init; }

    /// <summary>Node ids (64 hex digits, or a unique prefix of at least 8).</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];
}

/// <summary>The base model by name and digest.</summary>
public sealed record BaseModelSection
{
    /// <summary>What node.yaml maps to a Hugging Face folder.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 over the folder's sorted per-file digests, 64 hex digits.</summary>
    public required string Sha256 { get; init; }
}

/// <summary>Shape and scaling of the low-rank adapter (Hu et al. 2021; rsLoRA: Kalajdzievski 2023).</summary>
public sealed record AdapterSection
{
    /// <summary>Rank r of each adapted matrix. 1 … 1024.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>loraAlpha: the adapter's output is scaled by alpha ÷ √rank (rslora) or alpha ÷ rank (lora). &gt; 0.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>rslora | lora.</summary>
    public string Scaling { get; init; } = "rslora";

    /// <summary>Names of the linear layers to adapt: the last segment of a module path, such as q_proj.</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["q_proj", "v_proj"];

    /// <summary>b: A is frozen (exact, and best under differential privacy).</summary>
    public string Factors { get; init; } = "b";

    /// <summary>Public seed of the frozen A. 0 … 2^63-1.</summary>
    public long Seed { get; init; }
}

/// <summary>DP-SGD's public parameters (Abadi et al. 2016).</summary>
public sealed record PrivacySection
{
    /// <summary>gaussian: the production mechanism. test: seeded noise, reproducible and NOT private. none: no noise, NOT private.</summary>
    public string Mechanism { get; init; } = "gaussian";

    /// <summary>What one neighbouring data set may differ in: record.</summary>
    public string Unit { get; init; } = "record";

    /// <summary>σ ÷ C. &gt; 0, except with mechanism none, where it is 0.</summary>
    public double NoiseMultiplier { get; init; }

    /// <summary>C, the L2 bound of one record's gradient. &gt; 0.</summary>
    public double MaxGradNorm { get; init; } = 1.0;

    /// <summary>Public divisor of the noisy sum, the same at every node. ≥ 1.</summary>
    public int ExpectedBatchSize { get; init; } = 32;

    /// <summary>The largest sampling rate that a node may have. (0, 1].</summary>
    public double MaxSamplingRate { get; init; } = 0.05;

    /// <summary>δ at which plans are compared; each node prices at its own δ. (0, 1).</summary>
    public double Delta { get; init; } = 1e-6;
}

/// <summary>The local program that turns a base version into an update.</summary>
public sealed record LocalSection
{
    /// <summary>Optimizer steps per update. ≥ 1.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>The local optimizer.</summary>
    public OptimizerSection Optimizer { get; init; } = new();

    /// <summary>Tokens of a record that are used; the rest is cut. 2 … the model's context.</summary>
    public int MaxSequenceLength { get; init; } = 128;
}

/// <summary>An optimizer by name.</summary>
public sealed record OptimizerSection
{
    /// <summary>adamw | sgd.</summary>
    public string Name { get; init; } = "adamw";

    /// <summary>&gt; 0.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Decoupled weight decay, applied after the noise. ≥ 0.</summary>
    public double WeightDecay { get; init; }
}

/// <summary>How many versions, when each closes, and which bases are still welcome.</summary>
public sealed record RoundsSection
{
    /// <summary>Merges until the run is complete. ≥ 1.</summary>
    public int Versions { get; init; } = 20;

    /// <summary>When the open version is merged.</summary>
    public required CloseSection Close { get; init; }

    /// <summary>Oldest base an update may have, in versions. ≥ 0.</summary>
    public int MaxStaleness { get; init; } = 50;

    /// <summary>A node silent for this long leaves N.</summary>
    public TimeSpan LeaveAfter { get; init; } = TimeSpan.FromHours(24);
}

/// <summary>Either cohort, quorum, deadline and grace, or buffer and deadline.</summary>
public sealed record CloseSection
{
    /// <summary>Close at once when this many distinct nodes have reported. ≥ 1, or null.</summary>
    public int? Cohort { get; init; }

    /// <summary>Distinct nodes without which the version does not close. ≥ 1, or null (then the cohort).</summary>
    public int? Quorum { get; init; }

    /// <summary>Close after this many updates (buffered asynchronous training). ≥ 1, or null.</summary>
    public int? Buffer { get; init; }

    /// <summary>Time from opening to the deadline.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Further wait after the quorum, or after the deadline, whichever ends the wait.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.Zero;

    /// <summary>extend | pause | fail.</summary>
    public string OnMissedQuorum { get; init; } = "extend";
}

/// <summary>Weights, staleness, merge and server optimizer.</summary>
public sealed record AggregationSection
{
    /// <summary>Participation weights.</summary>
    public ParticipationSection Participation { get; init; } = new();

    /// <summary>ffa: exact merge of the B factors over a frozen A.</summary>
    public string Merge { get; init; } = "ffa";

    /// <summary>Correction of late updates.</summary>
    public StalenessSection Staleness { get; init; } = new();

    /// <summary>Applied to the merged pseudo-gradient.</summary>
    public OptimizerSection ServerOptimizer { get; init; } = new() { Name = "sgd", LearningRate = 1.0 };
}

/// <summary>FedAU (Wang &amp; Ji 2024) or a baseline.</summary>
public sealed record ParticipationSection
{
    /// <summary>fedau | uniform.</summary>
    public string Method { get; init; } = "fedau";

    /// <summary>K: a participation interval is recorded at this length at the latest. ≥ 1.</summary>
    public int Cutoff { get; init; } = 50;

    /// <summary>N (never extrapolates one update) | none (as in the paper) | a number &gt; 0.</summary>
    public string WeightCap { get; init; } = "N";
}

/// <summary>How a late update is treated.</summary>
public sealed record StalenessSection
{
    /// <summary>weighted: scaled by (1 + τ)^-exponent (Xie et al. 2019). drop: refused into the merge.</summary>
    public string Method { get; init; } = "weighted";

    /// <summary>Exponent of the polynomial. ≥ 0.</summary>
    public double Exponent { get; init; } = 0.5;
}

/// <summary>How long the silo keeps what replay needs.</summary>
public sealed record RetentionSection
{
    /// <summary>Raw update blobs.</summary>
    public TimeSpan Updates { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Published versions to keep; null = all.</summary>
    public int? Versions { get; init; }
}
