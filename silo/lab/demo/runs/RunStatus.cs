namespace Federated.Lab.Demo.Runs;

/// <summary>Where a run stands, as the operator API says it.</summary>
/// <param name="RunDigest">The run's identity.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">draft, recruiting, running, paused, completed, failed or cancelled.</param>
/// <param name="Reason">Why it is paused, failed or cancelled.</param>
/// <param name="PublishedVersion">The latest published version, -1 when there is none.</param>
/// <param name="Versions">The last version to come.</param>
internal sealed record RunStatus(
    string RunDigest,
    string Name,
    string State,
    string Reason,
    long PublishedVersion,
    long Versions
)
{
    /// <summary>Whether nothing more will be published.</summary>
    public bool HasEnded => State is "completed" or "failed" or "cancelled";
}
