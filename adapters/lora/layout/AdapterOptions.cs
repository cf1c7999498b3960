using System.Collections.Immutable;

namespace Federated.Adapters;

/// <summary>What a run says about its adapter; together with a base model's shapes it gives an <see cref="AdapterLayout"/>.</summary>
/// <param name="Rank">r, 1 … 1024, at most the smaller side of every adapted layer.</param>
/// <param name="Alpha">loraAlpha, finite and &gt; 0.</param>
/// <param name="Scaling">How alpha and rank give the scale.</param>
/// <param name="Targets">
/// Layers to adapt: each matches a path that equals it or ends in "." and it (PEFT's rule), with * for any characters, or is
/// all-linear.
/// </param>
/// <param name="Seed">Public seed of the A factors, ≥ 0.</param>
public sealed record AdapterOptions(
    int Rank,
    double Alpha,
    LoraScaling Scaling,
    IReadOnlyList<string> Targets,
    long Seed
)
{
    /// <summary>Largest rank that is accepted.</summary>
    public const int MaxRank = 1024;

    /// <summary>What is trained.</summary>
    public TrainedFactors Factors { get; init; } = TrainedFactors.B;

    /// <summary>
    /// Other ranks for some layers: a run of whole segments of a path ("layers.0", "down_proj", "layers.0.*.q_proj") → r. Patterns with
    /// different ranks do not overlap.
    /// </summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>The A of every adapted layer; null: drawn from <see cref="Seed"/>.</summary>
    public InitialFactors? Initial { get; init; }

    /// <summary>The factor on the output of a layer of a rank.</summary>
    /// <param name="rank">r ≥ 1.</param>
    public double ScaleOf(int rank) => Scaling == LoraScaling.RsLora ? Alpha / Math.Sqrt(rank) : Alpha / rank;

    /// <summary>Reads a scaling by the name that run documents use.</summary>
    /// <param name="name">rslora | lora.</param>
    /// <returns>The scaling.</returns>
    /// <exception cref="ArgumentException">Another name.</exception>
    public static LoraScaling ParseScaling(string name) =>
        name switch
        {
            "rslora" => LoraScaling.RsLora,
            "lora" => LoraScaling.Lora,
            _ => throw new ArgumentException($"adapter.scaling = \"{name}\"; expected rslora or lora.", nameof(name)),
        };

    /// <summary>Reads the trained factors by the name that run documents use.</summary>
    /// <param name="name">b | ab | alternating | core | slices.</param>
    /// <returns>The factors.</returns>
    /// <exception cref="ArgumentException">Another name.</exception>
    public static TrainedFactors ParseFactors(string name) =>
        name switch
        {
            "b" => TrainedFactors.B,
            "ab" => TrainedFactors.AB,
            "alternating" => TrainedFactors.Alternating,
            "core" => TrainedFactors.Core,
            "slices" => TrainedFactors.Slices,
            _ => throw new ArgumentException(
                $"adapter.factors = \"{name}\"; expected b, ab, alternating, core or slices.",
                nameof(name)
            ),
        };
}
