using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;
using Serilog;

namespace Federated.Silo;

/// <summary>
/// A whole silo in this process: Orleans, journal and blobs in the data folder, a gRPC listener for nodes and an HTTP listener
/// for operators.
/// </summary>
public sealed class SiloHost : IAsyncDisposable
{
    // Longest a stop waits for uploads in flight; what they have sent is kept anyway.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;
    private readonly DataFolder _data;
    private bool _disposed;

    private SiloHost(WebApplication app, DataFolder data)
    {
        _app = app;
        _data = data;
    }

    /// <summary>Where nodes connect.</summary>
    public Uri GrpcAddress => Services.GetRequiredService<Listeners>().GrpcAddress;

    /// <summary>Where operators connect.</summary>
    public Uri HttpAddress => Services.GetRequiredService<Listeners>().HttpAddress;

    /// <summary>What operators present.</summary>
    public string OperatorToken => _app.Services.GetRequiredService<OperatorToken>().Value;

    internal IServiceProvider Services => _app.Services;

    /// <summary>Starts a silo; every run that has not ended goes on by itself.</summary>
    /// <exception cref="StartupException">An option, a folder or a port that cannot be used; nothing is left behind.</exception>
    public static async Task<SiloHost> StartAsync(SiloOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Ports.RequireLoopback(options.Listen);
        Ports.RequireFree("--grpc-port", options.Listen, options.GrpcPort);
        Ports.RequireFree("--http-port", options.Listen, options.HttpPort);
        try
        {
            return await LoopbackPorts.StartAsync(
                except: [options.GrpcPort, options.HttpPort],
                port => StartAsync(options, port, cancellation)
            );
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            // Somebody was quicker than the check of the ports.
            throw new StartupException($"{e.Message} Choose other ports (--grpc-port, --http-port).", e);
        }
    }

    /// <summary>Starts a silo whose cluster has a port (<see cref="LoneCluster"/>).</summary>
    /// <exception cref="AddressInUseException">It is in use; nothing is left behind.</exception>
    internal static async Task<SiloHost> StartAsync(
        SiloOptions options,
        int clusterPort,
        CancellationToken cancellation
    )
    {
        var catalog = LayoutCatalog.Load(options.Models);
        var publicData = PublicData.Load(options.PublicData);
        var data = DataFolder.Open(options.Data);
        SiloHost? host = null;
        var isStarted = false;
        try
        {
            host = Build(options, catalog, publicData, data, clusterPort);
            await host._app.StartAsync(cancellation);
            isStarted = true;
            // For the operator's commands: a port of one's own, or one that was free, is not to be typed again.
            await File.WriteAllTextAsync(
                DataFolder.HttpAddressFile(data.Root),
                $"{host.HttpAddress.GetLeftPart(UriPartial.Authority)}\n",
                cancellation
            );
            await host.Services.GetRequiredService<RunWaking>().WakeAllAsync();
            return host;
        }
        catch
        {
            if (host is not null)
            {
                // Orleans refuses to stop what has not started, with an error that would hide the one at hand.
                await (isStarted ? host.DisposeAsync() : host._app.DisposeAsync());
            }

            data.Dispose();
            throw;
        }
    }

    /// <summary>Completes when the process was asked to end and the silo has stopped.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    /// <summary>Stops the silo and releases its data folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        File.Delete(DataFolder.HttpAddressFile(_data.Root));
        await _app.StopAsync();
        await _app.DisposeAsync();
        _data.Dispose();
    }

    private static SiloHost Build(
        SiloOptions options,
        LayoutCatalog catalog,
        PublicData publicData,
        DataFolder data,
        int clusterPort
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Services.AddSerilog(SiloLog.Create(data, options.LogToConsole), dispose: true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);

        var listeners = new Listeners();
        builder.Services.AddSingleton(listeners);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            KestrelLimits.Apply(kestrel.Limits);
            // Without TLS the two protocols cannot share a port: nothing tells them apart.
            kestrel.Listen(options.Listen, options.GrpcPort, listeners.ForNodes);
            kestrel.Listen(options.Listen, options.HttpPort, listeners.ForOperators);
        });
        builder.Host.UseOrleans(silo =>
        {
            silo.UseLoneCluster("local", clusterPort);
            // Adapters travel by digest: a grain message of megabytes is a mistake and should fail early.
            silo.Configure<SiloMessagingOptions>(messaging => messaging.MaxMessageBodySize = 4 << 20);
        });

        builder.Services.AddSiloServices(options, catalog, publicData, data);
        var app = builder.Build();
        app.MapGrpcService<FederationService>();
        app.MapOperatorApi();
        return new SiloHost(app, data);
    }
}
