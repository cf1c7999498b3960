using System.Text.Json;

namespace Federated.ClientNode;

/// <summary>
/// The bound that each run with adaptive clipping goes on from: <c>runs/{digest}/clipping.json</c>. It is made of noisy counts, and moves only with an
/// update that is sealed: the counts of an attempt that is thrown away were not paid for, and nothing may follow from them.
/// </summary>
/// <param name="runsFolder">See <see cref="NodeHome.RunsFolder"/>.</param>
internal sealed class ClippingNorms(string runsFolder)
{
    private const string FileName = "clipping.json";
    private const string Fix = "restore it, or remove it: the run's bound then starts again at privacy.maxGradNorm";
    private readonly Dictionary<string, State> _attempts = [];

    /// <summary>The bound to start with; null: the run's first.</summary>
    /// <exception cref="NodeHomeException">The file cannot be read.</exception>
    public double? StartOf(string runDigest) => Read(runDigest)?.MaxGradNorm;

    /// <summary>Remembers, in this process, how an attempt ended.</summary>
    public void Ended(string runDigest, long baseVersion, double maxGradNorm) =>
        _attempts[runDigest] = new State(baseVersion, maxGradNorm);

    /// <summary>How the attempt for a base ended; null when there was none with adaptive clipping.</summary>
    public double? OfAttempt(string runDigest, long baseVersion) =>
        _attempts.TryGetValue(runDigest, out var state) && state.BaseVersion == baseVersion ? state.MaxGradNorm : null;

    /// <summary>Makes the bound of a sealed update the one to go on from, unless a later version's is.</summary>
    public void Keep(SealedUpdate update)
    {
        if (update.NextMaxGradNorm is not { } norm || Read(update.RunDigest)?.BaseVersion > update.BaseVersion)
        {
            return;
        }

        DurableFile.Write(
            FileOf(update.RunDigest),
            JsonSerializer.SerializeToUtf8Bytes(new State(update.BaseVersion, norm), NodeJson.Options)
        );
    }

    private State? Read(string runDigest)
    {
        var file = FileOf(runDigest);
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            var state = JsonSerializer.Deserialize<State>(File.ReadAllBytes(file), NodeJson.Options)!;
            return state.MaxGradNorm > 0 && double.IsFinite(state.MaxGradNorm)
                ? state
                : throw new NodeHomeException($"{file}: maxGradNorm {state.MaxGradNorm} is no bound; {Fix}");
        }
        catch (JsonException error)
        {
            throw new NodeHomeException($"{file}: cannot be read; {Fix}", error);
        }
    }

    private string FileOf(string runDigest) => Path.Combine(runsFolder, runDigest, FileName);

    private sealed record State(long BaseVersion, double MaxGradNorm);
}
