namespace Federated.Lab.Demo;

/// <summary>Every number of the demo, in one place.</summary>
internal static class DemoDefaults
{
    /// <summary>Organisations that train; one more is only listened to by <c>--compare</c>.</summary>
    public const int Nodes = 5;

    /// <summary>Published versions after the initial adapter.</summary>
    public const int Versions = 12;

    /// <summary>DP-SGD steps per update: few and large, since at a given ε the noise of a plan falls as batches grow.</summary>
    public const int Steps = 2;

    /// <summary>Public divisor of every node: records per step, on average.</summary>
    public const int ExpectedBatchSize = 128;

    /// <summary>ε of the whole plan at the node with the highest sampling rate.</summary>
    public const double TargetEpsilon = 3.9;

    /// <summary>What each owner allows.</summary>
    public const double BudgetEpsilon = 4;

    /// <summary>δ of the plan and of the owners' budgets.</summary>
    public const double Delta = 1e-5;

    /// <summary>Per-record gradient bound C.</summary>
    public const double MaxGradNorm = 1;

    /// <summary>Of AdamW.</summary>
    public const double LearningRate = 5e-3;

    /// <summary>LoRA rank.</summary>
    public const int Rank = 8;

    /// <summary>LoRA α; rslora scales by α/√rank.</summary>
    public const double Alpha = 16;

    /// <summary>Tokens of a record that are trained on.</summary>
    public const int MaxSequenceLength = 128;

    /// <summary>When a version without a quorum is given more time.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>How long a version waits for the rest once the quorum is there.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>Distinct nodes that a version needs: a majority, so that a late and a missing node hold up nobody.</summary>
    public static int Quorum(int nodes) => (nodes + 1) / 2;

    /// <summary>FedAU's cutoff K, in versions.</summary>
    public const int ParticipationCutoff = 50;

    /// <summary>Oldest base of an update, in versions.</summary>
    public const int MaxStaleness = 10;

    /// <summary>Seed of the splits, the frozen factors and the bad links; never of noise.</summary>
    public const int Seed = 1;

    /// <summary>Upstream rate of the late node: its upload arrives after the others' version has closed.</summary>
    public const double LateBytesPerSecond = 24 * 1024;

    /// <summary>What passes the late node's link at once: check-ins and heartbeats.</summary>
    public const int LateBurstBytes = 24 * 1024;

    /// <summary>Share of versions for which the intermittent node is cut off.</summary>
    public const double CutShare = 0.4;

    /// <summary>Name of the base model in run documents.</summary>
    public const string BaseModel = "base-docs";

    /// <summary>Every linear map of the decoder.</summary>
    public static readonly IReadOnlyList<string> Targets =
    [
        "q_proj",
        "k_proj",
        "v_proj",
        "o_proj",
        "gate_proj",
        "up_proj",
        "down_proj",
    ];

    /// <summary>Environment of every child: five nodes share a machine, so each takes one thread and never spins.</summary>
    public static readonly IReadOnlyDictionary<string, string> ChildEnvironment = new Dictionary<string, string>
    {
        ["OMP_NUM_THREADS"] = "1",
        ["MKL_NUM_THREADS"] = "1",
        ["OMP_WAIT_POLICY"] = "PASSIVE",
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_TieredPGO"] = "0",
    };
}
