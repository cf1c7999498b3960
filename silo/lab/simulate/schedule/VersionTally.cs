namespace Federated.Lab.Simulate;

/// <summary>What happened while a version was open.</summary>
/// <param name="Rounds">Rounds begun until it closed, since the beginning.</param>
/// <param name="CheckIns">Nodes that fetched the version before it.</param>
/// <param name="Refused">Updates that came too late for any version.</param>
internal sealed record VersionTally(long Rounds = 0, int CheckIns = 0, int Refused = 0);
