using System.CommandLine;
using System.Globalization;
using System.IO.Compression;

namespace Federated.Silo;

/// <summary>fedsilo adapter: taking published adapters home.</summary>
internal static class AdapterCommands
{
    public static Command Create() => new("adapter", "Takes published adapters home.") { Pull() };

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
        var silo = new SiloConnection();
        Command command = new(
            "pull",
            "Writes a published adapter as a PEFT folder: adapter_config.json and adapter_model.safetensors.\n\nExample:\n  fedsilo adapter pull --run support-assistant --out ./adapter --data ./silo"
        )
        {
            run,
            version,
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
                    using var bytes = new MemoryStream(zip);
                    await ZipFile.ExtractToDirectoryAsync(bytes, folder, overwriteFiles: true, cancellation);
                    if (silo.Json(result))
                    {
                        Output.Json(new { Folder = folder });
                    }
                    else
                    {
                        Console.WriteLine(folder);
                    }

                    return ExitCodes.Ok;
                }
            );
        return command;
    }
}
