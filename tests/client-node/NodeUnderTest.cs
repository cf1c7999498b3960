using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Protocol;
using Microsoft.Extensions.Time.Testing;
using Serilog;
using Serilog.Core;

namespace Federated.ClientNode.Tests;

/// <summary>A node's home on disk, and a process in it that can be killed and started again.</summary>
internal sealed class NodeUnderTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public NodeUnderTest(RunDocument run, ConsentMode consent = ConsentMode.Auto, byte[]? initialFactors = null)
    {
        Secrets.CopyTo(Folder);
        Settings = Some.Settings(_folder.Write("data.jsonl", Some.Records(60)), consent);
        using var identity = NodeIdentity.LoadOrCreate(Path.Combine(Folder, "key.pem"));
        NodeId = identity.Id;
        var initial = initialFactors is null ? null : InitialFactors.Read(initialFactors);
        Silo = new FakeSilo(run, AdaptedModel.LayoutOf(run, RepositoryFolder.BaseDocs, initial), NodeId.Value)
        {
            InitialFactors = initialFactors ?? [],
        };
    }

    public string Folder => _folder.Path;

    public NodeSettings Settings { get; set; }

    public NodeId NodeId { get; }

    public FakeSilo Silo { get; set; }

    /// <summary>What the loop says to people.</summary>
    public ILogger Log { get; set; } = Logger.None;

    public FakeTimeProvider Time { get; } = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };

    /// <summary>What a process does from start to end, on everything that is on disk.</summary>
    public async Task<LoopEnd> RunAsync(
        Func<ILocalTraining, ILocalTraining>? wrap = null,
        bool reportEveryVersion = false
    )
    {
        using var home = NodeHome.OpenToWork(Folder);
        using var ledger = PrivacyLedger.Open(home.LedgerFile, Time, home.LedgerAnchors);
        using var identity = NodeIdentity.LoadOrCreate(home.KeyFile);
        using var records = JsonLinesRecords.Open(
            Settings.Source.Path,
            HoldOut.Open(home, Settings.HoldOutFraction),
            TestContext.Current.CancellationToken
        );
        var resilience = new Resilience(TimeProvider.System, (_, _) => { });
        var consent = new RunConsent(
            new OwnerPolicy(Settings),
            new OfferedRuns(home, Time),
            ledger,
            Settings,
            Silo,
            resilience,
            Log
        );
        var spool = new UpdateSpool(home.SpoolFolder);
        var norms = new ClippingNorms(home.RunsFolder);
        using var local = new LocalTraining(
            Settings,
            records,
            NodeId,
            new TrainingMachine("cpu"),
            norms,
            home,
            Time,
            Logger.None
        );
        var training = wrap?.Invoke(local) ?? local;
        var reports = new RunReports(home, Settings, consent, Time);
        var sealer = new Sealer(spool, norms, ledger, identity, Time);
        var sender = new UpdateSender(Silo, resilience, new ReceiptCheck(Silo.Membership), spool, ledger, Logger.None);
        var waits = new NoWaiting(Time);
        var loop = new RoundLoop(
            new CheckIns(Silo, resilience, ledger, consent, waits, Log),
            consent,
            new AdapterDownload(home, Settings.Models, Silo, resilience, reports),
            training,
            spool,
            sealer,
            new SealedDelivery(Silo, consent, spool, sealer, sender, reports, waits, Logger.None),
            reports,
            new HeldOutReports(training, reports, reportEveryVersion, Logger.None),
            Log
        );
        return await loop.RunAsync(untilEnded: true, TestContext.Current.CancellationToken);
    }

    /// <summary>The silo says that the run has failed, after some check-ins.</summary>
    public void EndAfter(int checkIns)
    {
        var seen = 0;
        Silo.BeforeCheckIn = () =>
            seen++ < checkIns ? null : new CheckInAnswer.Ended(Silo.RunDigest, "failed", "", -1, "");
    }

    public LedgerSnapshot Ledger() => PrivacyLedger.Read(Path.Combine(Folder, "ledger.jsonl"));

    public LocalReport Report() => LocalReport.Read(Path.Combine(Folder, "reports", $"{Silo.RunDigest}.json"))!;

    public void Dispose() => _folder.Dispose();
}
