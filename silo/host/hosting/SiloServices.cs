using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>What the silo is made of.</summary>
internal static class SiloServices
{
    public static void AddSiloServices(
        this IServiceCollection services,
        SiloOptions options,
        LayoutCatalog catalog,
        PublicData publicData,
        DataFolder data
    )
    {
        var blobs = new FileBlobStore(data.BlobFolder);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(catalog);
        services.AddSingleton(publicData);
        services.AddSingleton<IPublicEvaluator, PublicEvaluator>();
        services.AddSingleton<IBlobStore>(blobs);
        services.AddHostedService(provider => new UploadExpiry(
            blobs.DropUploadsUntouchedSince,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<UploadExpiry>>()
        ));
        services.AddSingleton(provider => new BlobCollection(
            provider.GetRequiredService<IJournal>(),
            blobs,
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<RetentionSweeps>();
        services.AddHostedService(provider => provider.GetRequiredService<RetentionSweeps>());
        // Before the journal: a silo that has one has a key, whenever it was killed.
        var signer = new ReceiptSigner(data.SiloKeyFile, mayMakeKey: !File.Exists(data.JournalFile));
        // Made here rather than on first use, so that a journal that cannot be opened stops the start.
        var journal = new SqliteJournal(data.JournalFile);
        services.AddSingleton<IJournal>(_ => journal);
        services.AddSingleton<ICentralLedger>(provider => new CentralLedger(
            data.CentralLedgerFile,
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(_ => signer);
        services.AddSingleton(new OperatorToken(data.Root));
        services.AddAggregationGrains();
        services.AddSingleton<UpdateIntake>();
        services.AddSingleton<OpenCalls>();
        services.AddSingleton<RunLookup>();
        services.AddSingleton<RunWaking>();
        services.AddSingleton<AdapterArchive>();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = 8 << 20;
            grpc.Interceptors.Add<FaultTranslation>();
            grpc.Interceptors.Add<NodeAuthentication>();
        });
        services.ConfigureHttpJsonOptions(http => SiloJson.Apply(http.SerializerOptions));
    }
}
