using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using Federated.Adapters;
using Federated.Aggregation;

namespace Federated.Silo;

/// <summary>fedsilo adapter: taking published adapters home, merging them and looking into them.</summary>
internal static class AdapterCommands
{
    public static Command Create() =>
        new("adapter", "Takes published adapters home, merges and applies them, looks into them and begins them.")
        {
            Pull(),
            AdapterInitCommand.Create(),
            AdapterMergeCommand.Create(),
            AdapterApplyCommand.Create(),
            AdapterInspectCommands.Inspect(),
            AdapterInspectCommands.Diff(),
        };

    private static Command Pull()
    {
        Option<string> run = new("--run")
        {
            Description = "The run's name, or the beginning of its digest",
            Required = true,
        };
        Option<long?> version = new("--version") { Description = "Which version; default: the newest" };
        Option<string> target = new("--out")
        {
            Description = "Folder to write to; made when missing",
            HelpName = "DIR",
            Required = true,
        };
        Option<int?> rank = new("--rank")
        {
            Description =
                "Largest rank of a layer; what does not fit is left out, and how much that is is printed. Default: exact, whatever the rank",
        };
        var silo = new SiloConnection();
        Command command = new(
            "pull",
            "Writes a published adapter as a PEFT folder: adapter_config.json and adapter_model.safetensors. On the base model of the run it gives what the version gives, whatever way the run merges.\n\nExample:\n  fedsilo adapter pull --run support-assistant --out ./adapter --data ./silo"
        )
        {
            run,
            version,
            rank,
            target,
        };
        silo.AddTo(command)
            .SetGuardedAction(
                async (result, cancellation) =>
                {
                    using var client = silo.Open(result);
                    var path = SiloClient.RunPath(result.GetRequiredValue(run), "adapter");
                    if (result.GetValue(version) is { } number)
                    {
                        path += string.Create(CultureInfo.InvariantCulture, $"?version={number}");
                    }

                    var zip = await client.DownloadAsync(path, cancellation);
                    var folder = Path.GetFullPath(result.GetRequiredValue(target));
                    var error = await WriteAsync(zip, folder, result.GetValue(rank), cancellation);
                    if (silo.Json(result))
                    {
                        Output.Json(new { Folder = folder, RelativeError = error });
                    }
                    else
                    {
                        Console.WriteLine(folder);
                        if (result.GetValue(rank) is { } wanted)
                        {
                            Console.WriteLine(
                                string.Create(
                                    CultureInfo.InvariantCulture,
                                    $"rank {wanted}: {error:P2} of the version's ‖ΔW‖ is left out"
                                )
                            );
                        }
                    }

                    AdapterMergeCommand.Warn(AdapterMergeCommand.Read(folder));
                    return ExitCode.Ok;
                }
            );
        return command;
    }

    // Returns the part of ‖ΔW‖ that does not fit into the rank.
    private static async Task<double> WriteAsync(byte[] zip, string folder, int? rank, CancellationToken cancellation)
    {
        if (rank < 1)
        {
            throw new StartupException($"--rank {rank}; expected 1 or more.");
        }

        // Beside the folder, so that what is there stays as it is until everything has come.
        var staged = Directory.CreateDirectory($"{Path.TrimEndingDirectorySeparator(folder)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using var bytes = new MemoryStream(zip);
            await ZipFile.ExtractToDirectoryAsync(bytes, staged.FullName, overwriteFiles: true, cancellation);
            if (rank is { } most)
            {
                var truncated = AdapterMerge.Truncate(PeftAdapter.Read(staged.FullName), most);
                truncated.Adapter.Write(folder);
                return truncated.RelativeError;
            }

            Directory.CreateDirectory(folder);
            foreach (var file in staged.GetFiles())
            {
                file.MoveTo(Path.Combine(folder, file.Name), overwrite: true);
            }

            return 0;
        }
        finally
        {
            staged.Delete(recursive: true);
        }
    }
}
