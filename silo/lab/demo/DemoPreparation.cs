using System.Security.Cryptography;
using System.Text;
using Federated.Lab.Demo.Data;
using Federated.Lab.Demo.Processes;
using Federated.Lab.Demo.Views;
using Federated.Privacy.Accounting;

namespace Federated.Lab.Demo;

/// <summary>Decides everything that a new demo needs, before anything is started.</summary>
internal static class DemoPreparation
{
    // A step draws expectedBatchSize records on average; where that is a fifth of all records, noise leaves little to learn.
    private const int FewestDeclared = 5 * DemoDefaults.ExpectedBatchSize;

    /// <summary>Writes the organisations' records and the secrets of their splits, and chooses noise and ports.</summary>
    /// <exception cref="DemoException">Options, packages or data do not allow a demo; the message says which and why.</exception>
    public static DemoState Prepare(DemoFolder folder, DemoOptions options)
    {
        var organisations = options.DataFolder is { } data
            ? OwnData.Read(data, options.Nodes)
            : Publishers(folder, options);
        foreach (var organisation in organisations.Where(o => o.DeclaredRecords < FewestDeclared))
        {
            throw new DemoException(
                ExitCode.Usage,
                $"{organisation.RecordsFile}: {organisation.Records} records, expected at least {FewestDeclared}. "
                    + "With fewer, the noise that protects one record drowns the rest: add records."
            );
        }

        if (options.DataFolder is not null)
        {
            organisations = [.. organisations.Select(organisation => Copied(folder, organisation))];
        }

        var stranger = options.DataFolder is null ? Write(folder, Publisher.HeldOut, Packages()) : null;
        var versions = options.Versions ?? DemoDefaults.Versions;
        var delta = Math.Min(DemoDefaults.Delta, 1.0 / organisations.Max(o => o.DeclaredRecords));
        var rate = organisations.Max(o => o.SamplingRate(DemoDefaults.ExpectedBatchSize));
        var seed = options.Seed ?? DemoDefaults.Seed;
        foreach (var organisation in organisations)
        {
            KeepSplit(folder.Node(organisation.Name), seed);
        }

        var ports = FreePorts.Take(4);
        return new DemoState
        {
            Seed = seed,
            Versions = versions,
            Organisations = organisations,
            Stranger = stranger,
            PublicText = options.PublicText is { } text ? Path.GetFullPath(text) : null,
            // At PlanDelta: half of the δ.
            NoiseMultiplier = NoiseCalibration.NoiseMultiplier(
                DemoDefaults.TargetEpsilon,
                delta / 2,
                rate,
                (long)versions * DemoDefaults.Steps
            ),
            MaxSamplingRate = rate,
            Delta = delta,
            GrpcPort = ports[0],
            HttpPort = options.HttpPort ?? ports[1],
            LinkPorts = new Dictionary<string, int> { ["late"] = ports[2], ["intermittent"] = ports[3] },
        };
    }

    /// <summary>Gives a node's home the demo's split, so that the same seed holds out the same records.</summary>
    /// <remarks>A node makes this secret itself where it finds none.</remarks>
    public static void KeepSplit(string home, int seed)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(home);
        }
        else
        {
            Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.WriteAllBytes(Path.Combine(home, "holdout.key"), SplitKey(seed));
    }

    /// <summary>The key of the splits: which records are held out depends on the seed and on each record alone.</summary>
    public static byte[] SplitKey(int seed) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(Numbers.Text($"federated-demo-split/{seed}")));

    // The demo's nodes spend a budget of their own, and mark their data as theirs: a copy leaves the user's files to the user's real nodes.
    private static Organisation Copied(DemoFolder folder, Organisation organisation)
    {
        var copy = folder.Data(organisation.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(organisation.RecordsFile, copy, overwrite: true);
        return organisation with { RecordsFile = copy };
    }

    private static IReadOnlyList<Organisation> Publishers(DemoFolder folder, DemoOptions options)
    {
        var nodes = options.Nodes ?? DemoDefaults.Nodes;
        if (nodes < 2 || nodes > Publisher.Training.Count)
        {
            throw new DemoException(
                ExitCode.Usage,
                $"--nodes {nodes}: expected 2 … {Publisher.Training.Count}, the publishers there are; more with your own text: --data DIR."
            );
        }

        var packages = Packages();
        return [.. Publisher.Training.Take(nodes).Select(publisher => Write(folder, publisher, packages))];
    }

    private static Organisation Write(DemoFolder folder, Publisher publisher, RestoredPackages packages)
    {
        var file = folder.Data(publisher.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return PublisherData.Write(publisher.Name, PublisherData.Read(packages, publisher), file);
    }

    private static RestoredPackages Packages() =>
        RestoredPackages.Load(
            Path.Combine(AppContext.BaseDirectory, RestoredPackages.AssetsFile),
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        );
}
