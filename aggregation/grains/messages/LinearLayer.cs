namespace Federated.Aggregation.Grains;

/// <summary>A linear layer of the base model.</summary>
/// <param name="Path">Where it stands: "model.layers.0.self_attn.q_proj".</param>
/// <param name="InFeatures">Width of the input.</param>
/// <param name="OutFeatures">Width of the output.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.linear-layer")]
public sealed record LinearLayer(
    [property: Id(0)] string Path,
    [property: Id(1)] int InFeatures,
    [property: Id(2)] int OutFeatures
);
