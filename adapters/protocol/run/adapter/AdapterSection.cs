using System.Collections.Immutable;

namespace Federated.Protocol;

/// <summary>Shape and scaling of the low-rank adapter (Hu et al. 2021; rsLoRA: Kalajdzievski 2023).</summary>
public sealed record AdapterSection
{
    /// <summary>Rank r of each adapted matrix. 1 … 1024.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>loraAlpha: the adapter's output is scaled by alpha ÷ √rank (rslora) or alpha ÷ rank (lora). &gt; 0.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>rslora | lora.</summary>
    public string Scaling { get; init; } = "rslora";

    /// <summary>
    /// Names of the linear layers to adapt: the whole module path or its last segments, such as q_proj or self_attn.q_proj, with * for any
    /// characters; or all-linear.
    /// </summary>
    public IReadOnlyList<string> Targets { get; init; } = ["q_proj", "v_proj"];

    /// <summary>Other ranks for some layers: segments of a module path ("layers.0", down_proj) → r, 1 … 1024.</summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>b: A is frozen (exact, and best under differential privacy). ab: both factors. alternating: B from even versions, A from odd ones.
    /// core: r × r numbers a layer between two frozen bases. slices: r seed-chosen columns of each matrix, densely.</summary>
    public string Factors { get; init; } = "b";

    /// <summary>Public seed of the A factors, or of the slices. 0 … 2^63-1.</summary>
    public long Seed { get; init; }

    /// <summary>The A factors from a file instead of the seed; null = from the seed.</summary>
    public InitialisationSection? Initialisation { get; init; }

    /// <summary>Ranks that the silo takes away over the versions; null = every direction is trained to the end.</summary>
    public RankAllocationSection? RankAllocation { get; init; }

    /// <summary>How updates travel: f32 | bf16 | int8, rounded by chance after the noise. Published adapters are always f32.</summary>
    public string UpdateDtype { get; init; } = "f32";
}
