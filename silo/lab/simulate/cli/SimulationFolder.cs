namespace Federated.Lab.Simulate;

/// <summary>Where a simulation keeps what: reports, and for each method a silo's data folder when it is to be resumable.</summary>
internal sealed class SimulationFolder
{
    private const string OptionsFile = "options.json";
    private readonly bool _isDurable;
    private readonly bool _comparesMethods;

    private SimulationFolder(string? reports, bool isDurable, bool comparesMethods) =>
        (Reports, _isDurable, _comparesMethods) = (reports, isDurable, comparesMethods);

    /// <summary>Where the reports go; null = nowhere.</summary>
    public string? Reports { get; }

    /// <summary>Opens or makes the folder that the options name.</summary>
    /// <exception cref="SimulationException">It holds a simulation that is not to be resumed, or one with other options.</exception>
    public static SimulationFolder Open(SimulateOptions options)
    {
        if (options is { Directory: not null, Output: not null })
        {
            throw new SimulationException("--dir and --out: name one of them, --dir keeps reports too", isUsage: true);
        }

        if (options is { Resume: true, Directory: null })
        {
            throw new SimulationException("--resume: name the --dir that holds the simulation", isUsage: true);
        }

        if (options.Directory is { } directory)
        {
            Claim(directory, options);
        }

        return new(
            options.Directory ?? options.Output,
            options.Directory is not null,
            options.Compare.Distinct().Count() > 1
        );
    }

    /// <summary>The data folder of a method's silo; null = in memory.</summary>
    public string? Silo(string method) => _isDurable ? Path.Combine(Of(method), "silo") : null;

    /// <summary>Writes the report of one method.</summary>
    public void Write(SimulationResult result)
    {
        if (Reports is not null)
        {
            ReportFiles.WriteMethod(Of(result.Method), result);
        }
    }

    /// <summary>Writes the report of all methods.</summary>
    public void Write(SimulationReport report)
    {
        if (Reports is not null)
        {
            ReportFiles.WriteAll(Reports, report);
        }
    }

    private string Of(string method) => _comparesMethods ? Path.Combine(Reports!, method) : Reports!;

    // What a simulation goes on with must be what it was begun with.
    private static void Claim(string directory, SimulateOptions options)
    {
        var file = Path.Combine(directory, OptionsFile);
        var wanted = SimulationJson.Write(options with { Directory = null, Resume = false, Json = false, Threads = 1 });
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(file, wanted);
        }
        else if (!options.Resume)
        {
            throw new SimulationException(
                $"--dir {directory} holds a simulation: add --resume to go on with it, or name another folder",
                isUsage: true
            );
        }
        else if (File.ReadAllText(file) is var found && found != wanted)
        {
            var other = found.Split('\n').Except(wanted.Split('\n')).Select(line => line.Trim().TrimEnd(','));
            throw new SimulationException(
                $"--dir {directory} was begun with other options: {string.Join(", ", other)}",
                isUsage: true
            );
        }
    }
}
