namespace Federated.ClientNode;

/// <summary>What an attempt trains from.</summary>
/// <param name="Epoch">The run's epoch.</param>
/// <param name="Version">The base version.</param>
/// <param name="Digest">Digest of its blob.</param>
/// <param name="Content">What the version is made of.</param>
internal sealed record TrainingBase(long Epoch, long Version, string Digest, VersionContent Content);
