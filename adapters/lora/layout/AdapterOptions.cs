namespace Federated.Adapters;

/// <summary>What a run says about its adapter; together with a base model's shapes it gives an <see cref="AdapterLayout"/>.</summary>
/// <param name="Rank">r, 1 … 1024, at most the smaller side of every adapted layer.</param>
/// <param name="Alpha">loraAlpha, finite and &gt; 0.</param>
/// <param name="Scaling">How alpha and rank give the scale.</param>
/// <param name="Targets">Layers to adapt: each matches a path that equals it or ends in "." and it (PEFT's rule).</param>
/// <param name="Seed">Public seed of the frozen A factors, ≥ 0.</param>
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

    /// <summary>The factor on the adapter's output.</summary>
    public double Scale => Scaling == LoraScaling.RsLora ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;

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
}
