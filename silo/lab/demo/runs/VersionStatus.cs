namespace Federated.Lab.Demo.Runs;

/// <summary>One published version, as the operator API says it.</summary>
/// <param name="Version">Its number.</param>
/// <param name="AdapterDigest">SHA-256 of its adapter.</param>
/// <param name="Updates">What was merged into it, those left out included.</param>
internal sealed record VersionStatus(long Version, string AdapterDigest, IReadOnlyList<UpdateStatus> Updates);
