namespace Federated.Lab.Simulate;

/// <summary>What a virtual node has trained.</summary>
/// <param name="Delta">Δ of what is trained from the base version, in the layout's order.</param>
/// <param name="NextMaxGradNorm">The bound that the node goes on from once this is sent, for a run with adaptive clipping; null = it has none of its own.</param>
internal sealed record TrainedUpdate(float[] Delta, double? NextMaxGradNorm = null);
