using System.CommandLine;
using System.Net;
using System.Text.RegularExpressions;

namespace Federated.Silo;

/// <summary>fedsilo serve.</summary>
internal static partial class ServeCommand
{
    public static Command Create()
    {
        Option<string> data = new("--data")
        {
            Description = "Folder for everything the silo keeps; made when missing",
            HelpName = "DIR",
            Required = true,
        };
        Option<int> grpcPort = new("--grpc-port")
        {
            Description = "Port for nodes; 0 = any free one",
            DefaultValueFactory = _ => 7400,
        };
        Option<int> httpPort = new("--http-port")
        {
            Description = "Port for operators; 0 = any free one",
            DefaultValueFactory = _ => 7480,
        };
        Option<string> listen = new("--listen")
        {
            Description = "Loopback address to listen on",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        Option<string[]> models = new("--model")
        {
            Description = "Base model that runs may name, and its Hugging Face folder; may be repeated",
            HelpName = "NAME=FOLDER",
        };
        Option<string[]> publicData = new("--public-data")
        {
            Description = "Public records that runs may be judged on (JSONL); may be repeated",
            HelpName = "NAME=FILE",
        };
        Option<string[]> groups = new("--group")
        {
            Description = "Group that nodes can be invited to; may be repeated",
            HelpName = "NAME",
            DefaultValueFactory = _ => ["default"],
        };
        Option<bool> quiet = new("--quiet") { Description = "Log to the data folder only" };
        Command command = new(
            "serve",
            """
            Starts a silo. Prints one line, "ready grpc=… http=…", when it answers; runs until it is stopped.

            Example:
              fedsilo serve --data ./silo --model base-docs-2m=./models/base-docs-2m
            """
        )
        {
            data,
            grpcPort,
            httpPort,
            listen,
            models,
            publicData,
            groups,
            quiet,
        };
        command.SetGuardedAction(
            (result, cancellation) =>
                ServeAsync(
                    new SiloOptions
                    {
                        Data = result.GetRequiredValue(data),
                        GrpcPort = Port("--grpc-port", result.GetValue(grpcPort)),
                        HttpPort = Port("--http-port", result.GetValue(httpPort)),
                        Listen = Address(result.GetValue(listen)!),
                        Models = Pairs("--model", "FOLDER", result.GetValue(models) ?? []),
                        PublicData = Pairs("--public-data", "FILE", result.GetValue(publicData) ?? []),
                        Groups = Groups(result.GetValue(groups)!),
                        LogToConsole = !result.GetValue(quiet),
                    },
                    cancellation
                )
        );
        return command;
    }

    private static async Task<int> ServeAsync(SiloOptions options, CancellationToken cancellation)
    {
        await using var silo = await SiloHost.StartAsync(options, cancellation);
        Console.WriteLine($"ready grpc={Plain(silo.GrpcAddress)} http={Plain(silo.HttpAddress)}");
        await silo.WaitForShutdownAsync(cancellation);
        return ExitCode.Ok;
    }

    private static string Plain(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static int Port(string option, int port) =>
        port is >= 0 and <= IPEndPoint.MaxPort
            ? port
            : throw new StartupException($"{option} {port} is no port; expected 0 … {IPEndPoint.MaxPort}.");

    private static IPAddress Address(string text) =>
        text == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(text, out var address) ? address
        : throw new StartupException($"--listen {text} is no IP address; expected one such as 127.0.0.1 or ::1.");

    private static Dictionary<string, string> Pairs(string option, string what, string[] pairs)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var parts = pair.Split('=', 2);
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
            {
                throw new StartupException($"{option} {pair} is not NAME={what}, such as base-docs-2m=./base-docs-2m.");
            }

            if (!named.TryAdd(parts[0], parts[1]))
            {
                throw new StartupException(
                    $"{option} {parts[0]} is given twice; a name means one {what.ToLowerInvariant()}."
                );
            }
        }

        return named;
    }

    private static string[] Groups(string[] names) =>
        names.FirstOrDefault(name => !GroupName().IsMatch(name)) is { } bad
            ? throw new StartupException($"--group \"{bad}\" is no group name; expected 1 … 64 of a-z, 0-9 and -.")
            : [.. names.Distinct()];

    [GeneratedRegex("^[a-z0-9-]{1,64}$")]
    private static partial Regex GroupName();
}
