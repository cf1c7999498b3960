namespace Federated.Silo;

/// <summary>What replaying one published version showed.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="RunDigest">The run.</param>
/// <param name="Version">The version.</param>
/// <param name="Outcome">Verified, not replayable any more, or wrong.</param>
/// <param name="Detail">What was found, in words.</param>
internal sealed record VersionVerdict(
    string Run,
    string RunDigest,
    long Version,
    VersionOutcome Outcome,
    string Detail
);
