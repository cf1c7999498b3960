using System.Text.Json;
using Federated.Lab.Demo.Data;

namespace Federated.Lab.Demo;

/// <summary>What a demo has decided: enough to go on after it was interrupted.</summary>
internal sealed record DemoState
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Version of this file's form.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Versions of the run.</summary>
    public required int Versions { get; init; }

    /// <summary>Who trains.</summary>
    public required IReadOnlyList<Organisation> Organisations { get; init; }

    /// <summary>Who takes no part; <see langword="null"/> with the user's own data.</summary>
    public Organisation? Stranger { get; init; }

    /// <summary>The file of public text on which the A factors are found; <see langword="null"/>: they come from the seed.</summary>
    public string? PublicText { get; init; }

    /// <summary>σ ÷ C of the run.</summary>
    public required double NoiseMultiplier { get; init; }

    /// <summary>The highest sampling rate among the nodes.</summary>
    public required double MaxSamplingRate { get; init; }

    /// <summary>δ of the owners' budgets.</summary>
    public required double Delta { get; init; }

    /// <summary>δ at which a node prices its first run: half of what it has, so that something is left for later runs.</summary>
    public double PlanDelta => Delta / 2;

    /// <summary>The silo's port for nodes.</summary>
    public required int GrpcPort { get; init; }

    /// <summary>The silo's port for operators.</summary>
    public required int HttpPort { get; init; }

    /// <summary>Ports of the two bad links, by organisation.</summary>
    public required IReadOnlyDictionary<string, int> LinkPorts { get; init; }

    /// <summary>The run; <see langword="null"/> before it was submitted.</summary>
    public string? RunDigest { get; init; }

    /// <summary>The late node: slow upwards.</summary>
    public string Late => Organisations[^1].Name;

    /// <summary>The intermittent node: cut off now and then. None when two nodes are all there is.</summary>
    public string? Intermittent => Organisations.Count > 2 ? Organisations[^2].Name : null;

    /// <summary>Reads the folder's state; <see langword="null"/> when there is none.</summary>
    /// <exception cref="DemoException">The file is damaged.</exception>
    public static DemoState? Read(DemoFolder folder)
    {
        if (!File.Exists(folder.StateFile))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<DemoState>(File.ReadAllBytes(folder.StateFile), Options);
        }
        catch (JsonException e)
        {
            throw new DemoException(
                ExitCode.Usage,
                $"{folder.StateFile}: damaged ({e.Message}); start again with --fresh.",
                e
            );
        }
    }

    /// <summary>Writes the folder's state, whole or not at all.</summary>
    public void Write(DemoFolder folder)
    {
        var half = folder.StateFile + ".new";
        File.WriteAllText(half, JsonSerializer.Serialize(this, Options));
        File.Move(half, folder.StateFile, overwrite: true);
    }
}
