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

    /// <summary>Names of the linear layers to adapt: the last segment of a module path, such as q_proj.</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["q_proj", "v_proj"];

    /// <summary>b: A is frozen (exact, and best under differential privacy).</summary>
    public string Factors { get; init; } = "b";

    /// <summary>Public seed of the frozen A. 0 … 2^63-1.</summary>
    public long Seed { get; init; }
}
