namespace Federated.Silo;

/// <summary>What was deleted because no run needs it.</summary>
/// <param name="Blobs">How many blobs.</param>
/// <param name="Bytes">Their bytes.</param>
internal sealed record CollectedBlobs(int Blobs, long Bytes);
