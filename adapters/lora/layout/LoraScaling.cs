namespace Federated.Adapters;

/// <summary>How loraAlpha and rank give the factor on the adapter's output.</summary>
public enum LoraScaling
{
    /// <summary>alpha ÷ √rank: activations keep their size as the rank grows (Kalajdzievski 2023, rsLoRA).</summary>
    RsLora,

    /// <summary>alpha ÷ rank (Hu et al. 2021, §4.1).</summary>
    Lora,
}
