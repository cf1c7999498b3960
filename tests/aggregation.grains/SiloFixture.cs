using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Federated.Aggregation.Grains.Tests;

/// <summary>One silo in this process, with a journal, blobs and a clock that the tests hold in their hands.</summary>
public sealed class SiloFixture : IAsyncLifetime
{
    private InProcessTestCluster? _cluster;

    internal MemoryJournal Journal { get; } = new();

    internal MemoryBlobStore Blobs { get; } = new();

    internal RecordingTime Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal IClusterClient Grains => _cluster!.Client;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureClient(client =>
            client.Configure<ClientMessagingOptions>(calls => calls.ResponseTimeout = Federation.Patience)
        );
        builder.ConfigureSilo(
            (_, silo) =>
                silo.Configure<SiloMessagingOptions>(calls => calls.ResponseTimeout = Federation.Patience)
                    .Services.AddSingleton<IJournal>(Journal)
                    .AddSingleton<IBlobStore>(Blobs)
                    .AddKeyedSingleton<TimeProvider>(GrainServices.Clock, Time)
                    .AddSingleton<IPublicEvaluator, ConstantLoss>()
                    .AddAggregationGrains()
        );
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
