namespace Federated.Lab.Demo.Runs;

/// <summary>One published version, as the operator API says it.</summary>
/// <param name="Version">Its number.</param>
/// <param name="AdapterDigest">SHA-256 of its blob.</param>
/// <param name="Updates">What was merged into it.</param>
internal sealed record VersionStatus(long Version, string AdapterDigest, IReadOnlyList<UpdateStatus>? Updates);
