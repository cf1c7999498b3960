using Federated.Lab.Demo.Runs;
using Federated.Lab.Demo.Views;

namespace Federated.Lab.Demo.Compare;

/// <summary>Trains arms of the comparison through the demo's silo, with real nodes that have homes and keys of their own.</summary>
internal sealed class ArmRunner(
    Federation federation,
    DemoFolder folder,
    DemoState state,
    TextWriter progress,
    TimeProvider time
)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Trains <paramref name="arms"/> side by side; returns each one's adapter folder, in their order.</summary>
    public async Task<IReadOnlyList<string>> TrainAsync(IReadOnlyList<Arm> arms, CancellationToken cancellationToken)
    {
        foreach (var arm in arms)
        {
            foreach (var owner in arm.Owners)
            {
                var home = Path.Combine(folder.Compare, "nodes", NodeName(arm, owner.Name));
                DemoPreparation.KeepSplit(home, state.Seed);
                var named = owner with { Name = NodeName(arm, owner.Name) };
                await federation.StartNodeAsync(named, home, state.GrpcPort, arm.IsPrivate, cancellationToken);
            }
        }

        var ids = await NodeIdsAsync(arms, cancellationToken);
        var digests = new List<string>();
        foreach (var arm in arms)
        {
            var yaml = await DocumentAsync(arm, ids, cancellationToken);
            digests.Add(await federation.Silo.Operator.SubmitAsync(yaml, cancellationToken));
        }

        await FollowAsync(arms, digests, cancellationToken);
        var folders = new List<string>();
        foreach (var (arm, digest) in arms.Zip(digests))
        {
            var target = Path.Combine(folder.Compare, "adapters", arm.Name);
            await AdapterDownload.FetchAsync(federation.Silo.Operator, digest, target, cancellationToken);
            folders.Add(target);
        }

        await federation.StopNodesAsync();
        return folders;
    }

    // What was submitted once is submitted again after an interruption, word for word: then it is the same run.
    private async Task<string> DocumentAsync(
        Arm arm,
        Dictionary<string, string> ids,
        CancellationToken cancellationToken
    )
    {
        var file = Path.Combine(folder.Compare, arm.Name + ".yaml");
        if (!File.Exists(file))
        {
            var yaml = arm.Document([.. arm.Owners.Select(owner => ids[NodeName(arm, owner.Name)])]).ToYaml();
            await File.WriteAllTextAsync(file + ".new", yaml, cancellationToken);
            File.Move(file + ".new", file);
        }

        return await File.ReadAllTextAsync(file, cancellationToken);
    }

    private static string NodeName(Arm arm, string owner) => arm.Owners.Count == 1 ? arm.Name : $"{arm.Name}-{owner}";

    private async Task<Dictionary<string, string>> NodeIdsAsync(
        IReadOnlyList<Arm> arms,
        CancellationToken cancellationToken
    )
    {
        var expected = arms.SelectMany(arm => arm.Owners.Select(owner => NodeName(arm, owner.Name))).ToHashSet();
        while (true)
        {
            var nodes = await federation.Silo.Operator.NodesAsync(cancellationToken);
            var found = nodes.Where(node => expected.Contains(node.Name)).ToArray();
            if (found.Length == expected.Count)
            {
                return found.ToDictionary(node => node.Name, node => node.NodeId);
            }

            await federation.RequireServingAsync(time, cancellationToken);
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private async Task FollowAsync(
        IReadOnlyList<Arm> arms,
        IReadOnlyList<string> digests,
        CancellationToken cancellationToken
    )
    {
        var last = "";
        while (true)
        {
            var runs = new List<RunStatus>();
            foreach (var digest in digests)
            {
                runs.Add(await federation.Silo.Operator.RunAsync(digest, cancellationToken));
            }

            if (runs.Find(run => run.HasEnded && run.State != "completed") is { } failed)
            {
                throw new DemoException(ExitCode.Failed, $"{failed.Name}: the run has {failed.State}: {failed.Reason}");
            }

            if (runs.TrueForAll(run => run.HasEnded))
            {
                return;
            }

            // The slowest tells how long it still takes; one line for each of its versions is enough.
            var slowest = runs.MinBy(run => run.PublishedVersion)!;
            var line = Numbers.Text($"  version {Math.Max(0, slowest.PublishedVersion)} of {slowest.Versions}");
            if (line != last)
            {
                last = line;
                await progress.WriteLineAsync(line);
            }

            await federation.RequireServingAsync(time, cancellationToken);
            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}
