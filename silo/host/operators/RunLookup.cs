using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>Finds runs by what people call them: a name, or the beginning of a digest.</summary>
internal sealed class RunLookup(IGrainFactory grains, SiloOptions options)
{
    /// <summary>Shortest beginning of a digest that is looked up.</summary>
    public const int ShortestPrefix = 4;

    /// <summary>All runs, in the order of submission.</summary>
    public async Task<IReadOnlyList<GroupRun>> AllAsync()
    {
        var runs = new List<GroupRun>();
        foreach (var group in options.Groups)
        {
            runs.AddRange((await grains.GetGrain<IGroupGrain>(group).RunsAsync()).Runs);
        }

        return [.. runs.OrderBy(run => run.SubmittedAt)];
    }

    /// <summary>The one run that is meant.</summary>
    /// <exception cref="UnknownRunException">None, or several; the message names what there is.</exception>
    public async Task<IRunGrain> FindAsync(string nameOrDigest)
    {
        var all = await AllAsync();
        var found = all.Where(run => Matches(run, nameOrDigest)).ToList();
        if (found.Count == 1)
        {
            return grains.GetGrain<IRunGrain>(found[0].RunDigest);
        }

        throw new UnknownRunException(
            found.Count == 0
                ? $"No run is called \"{nameOrDigest}\". There are: {Names(all)}."
                : $"\"{nameOrDigest}\" means {found.Count} runs: {Names(found)}. Give more of the digest."
        );
    }

    private static bool Matches(GroupRun run, string nameOrDigest) =>
        run.Name == nameOrDigest
        || (
            nameOrDigest.Length >= ShortestPrefix
            && run.RunDigest.StartsWith(nameOrDigest, StringComparison.OrdinalIgnoreCase)
        );

    private static string Names(IReadOnlyList<GroupRun> runs) =>
        runs.Count == 0 ? "none" : string.Join(", ", runs.Select(run => $"{run.Name} ({run.RunDigest[..12]})"));
}
