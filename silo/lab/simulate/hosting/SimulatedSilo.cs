using Federated.Aggregation.Grains;
using Federated.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Federated.Lab.Simulate;

/// <summary>
/// The grains of a silo in this process, on virtual time: the same code that <c>fedsilo</c> hosts, with a journal and blobs in memory, or in a
/// data folder that <c>fedsilo verify</c> reads.
/// </summary>
internal sealed class SimulatedSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly DataFolder? _folder;

    private SimulatedSilo(IHost host, DataFolder? folder, GrainActivity activity, VirtualClock clock)
    {
        _host = host;
        _folder = folder;
        Activity = activity;
        Clock = clock;
        Grains = host.Services.GetRequiredService<IGrainFactory>();
        Journal = host.Services.GetRequiredService<IJournal>();
        Blobs = host.Services.GetRequiredService<IBlobStore>();
        Layouts = host.Services.GetRequiredService<AdapterLayouts>();
    }

    /// <summary>Calls into the silo without leaving the process.</summary>
    public IGrainFactory Grains { get; }

    /// <summary>The journal that the grains write.</summary>
    public IJournal Journal { get; }

    /// <summary>The blobs.</summary>
    public IBlobStore Blobs { get; }

    /// <summary>The grains' own layouts.</summary>
    public AdapterLayouts Layouts { get; }

    /// <summary>What is under way.</summary>
    public GrainActivity Activity { get; }

    /// <summary>The time that the grains live by.</summary>
    public VirtualClock Clock { get; }

    /// <summary>Whether everything is lost at the end of the process.</summary>
    public bool IsInMemory => _folder is null;

    /// <summary>Starts the grains.</summary>
    /// <param name="dataFolder">A silo's data folder; null = in memory.</param>
    /// <param name="now">
    /// The first moment, of what the journal holds: the newest one in it, so that the silo sees no downtime; a given moment when it is empty.
    /// </param>
    /// <param name="cancellation">Stops the start.</param>
    /// <exception cref="StartupException">The folder is in use, or cannot be written.</exception>
    public static async Task<SimulatedSilo> StartAsync(
        string? dataFolder,
        Func<IJournal, Task<DateTimeOffset>> now,
        CancellationToken cancellation
    )
    {
        var folder = dataFolder is null ? null : DataFolder.Open(dataFolder);
        try
        {
            IJournal journal = folder is null ? new MemoryJournal() : new SqliteJournal(folder.JournalFile);
            IBlobStore blobs = folder is null ? new MemoryBlobStore() : new FileBlobStore(folder.BlobFolder);
            var clock = new VirtualClock(await now(journal));
            var activity = new GrainActivity();
            var host = await LoopbackPorts.StartAsync(
                except: null,
                async port =>
                {
                    var built = Build(journal, blobs, clock, activity, port);
                    try
                    {
                        await built.StartAsync(cancellation);
                        return built;
                    }
                    catch
                    {
                        // Its journal and blobs go on.
                        built.Dispose();
                        throw;
                    }
                }
            );
            return new(host, folder, activity, clock);
        }
        catch
        {
            folder?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        // The host owns neither: they were made before it.
        _host.Dispose();
        if (Journal is IAsyncDisposable journal)
        {
            await journal.DisposeAsync();
        }

        _folder?.Dispose();
    }

    private static IHost Build(IJournal journal, IBlobStore blobs, VirtualClock clock, GrainActivity activity, int port)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleans(silo =>
        {
            silo.UseLoneCluster("simulation", port); // all calls stay in the process
            silo.AddOutgoingGrainCallFilter(activity);
            silo.AddIncomingGrainCallFilter(activity);
        });
        builder
            .Services.AddSingleton(journal)
            .AddSingleton(blobs)
            .AddKeyedSingleton<TimeProvider>(GrainServices.Clock, clock)
            .AddAggregationGrains();
        return builder.Build();
    }
}
