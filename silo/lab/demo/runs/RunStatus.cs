namespace Federated.Lab.Demo.Runs;

/// <summary>Where a run stands, as the operator API says it.</summary>
/// <param name="RunDigest">The run's identity.</param>
/// <param name="Name">Its name.</param>
/// <param name="Phase">recruiting, running, paused, completed, failed or cancelled.</param>
/// <param name="Reason">Why it is paused, failed or cancelled.</param>
/// <param name="LatestVersion">The latest published version, -1 when there is none.</param>
/// <param name="Versions">The last version to come.</param>
internal sealed record RunStatus(
    string RunDigest,
    string Name,
    string Phase,
    string Reason,
    long LatestVersion,
    long Versions
)
{
    /// <summary>Whether nothing more will be published.</summary>
    public bool HasEnded => Phase is "completed" or "failed" or "cancelled";
}
