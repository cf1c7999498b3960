using System.Globalization;
using Federated.Lab.Demo.Processes;

namespace Federated.Lab.Demo.Runs;

/// <summary>A running <c>fedsilo serve</c> and the way to speak with it.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private SiloProcess(ChildProcess process, OperatorClient api)
    {
        Process = process;
        Operator = api;
    }

    /// <summary>The process.</summary>
    public ChildProcess Process { get; }

    /// <summary>Its operator API.</summary>
    public OperatorClient Operator { get; }

    /// <summary>Starts a silo on the folder's data and ports, and waits until it serves.</summary>
    /// <exception cref="DemoException">A port is in use, or the silo did not come up.</exception>
    public static async Task<SiloProcess> StartAsync(
        DemoFolder folder,
        DemoState state,
        string modelFolder,
        ChildGuard guard,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        FreePorts.Require(state.GrpcPort, "gRPC port");
        FreePorts.Require(state.HttpPort, "--http-port");
        var process = ChildProcess.Start(
            "silo",
            ProgramFolder.Find("Federated.Silo", "fedsilo"),
            [
                "serve",
                "--data",
                folder.Silo,
                "--grpc-port",
                state.GrpcPort.ToString(CultureInfo.InvariantCulture),
                "--http-port",
                state.HttpPort.ToString(CultureInfo.InvariantCulture),
                "--model",
                $"{DemoDefaults.BaseModel}={modelFolder}",
            ],
            DemoDefaults.ChildEnvironment,
            folder.Log("silo"),
            guard
        );
        try
        {
            await process.ReadyLineAsync(cancellationToken).WaitAsync(StartLimit, time, cancellationToken);
            var token = (
                await File.ReadAllTextAsync(Path.Combine(folder.Silo, "operator.token"), cancellationToken)
            ).Trim();
            return new SiloProcess(process, new OperatorClient(new Uri($"http://127.0.0.1:{state.HttpPort}"), token));
        }
        catch (TimeoutException e)
        {
            await process.DisposeAsync();
            throw new DemoException(
                ExitCode.Failed,
                $"silo: not ready after {StartLimit.TotalSeconds} s; see {folder.Log("silo")}.",
                e
            );
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets the silo finish what it does and end.</summary>
    public async ValueTask DisposeAsync()
    {
        Operator.Dispose();
        await Process.StopAsync(Grace, TimeProvider.System);
        await Process.DisposeAsync();
    }
}
