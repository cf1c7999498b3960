using Federated.ClientNode;

namespace Federated.Lab.Simulate;

/// <summary>What a virtual node trains from.</summary>
/// <param name="Version">The base version.</param>
/// <param name="Content">What that version is made of.</param>
/// <param name="MaxGradNorm">The bound that the node's last update ended with, for a run with adaptive clipping; null = the run's first.</param>
internal sealed record TrainingStart(long Version, VersionContent Content, double? MaxGradNorm = null);
