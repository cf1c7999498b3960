namespace Federated.Adapters;

/// <summary>A linear layer of a base model by name and shape, without its weights.</summary>
/// <param name="Path">Where the layer stands, as checkpoints name it: "model.layers.0.self_attn.q_proj".</param>
/// <param name="InFeatures">Width of the input, ≥ 1.</param>
/// <param name="OutFeatures">Width of the output, ≥ 1.</param>
public readonly record struct LinearShape(string Path, int InFeatures, int OutFeatures);
