using System.Globalization;
using Federated.Adapters.Models;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>Looks at everything that a start needs, without starting: nothing is written, sealed, reserved or trained.</summary>
/// <param name="home">The node, open for reading.</param>
/// <param name="settings">Its settings.</param>
/// <param name="time">Signs the call to the silo.</param>
internal sealed class NodeChecks(NodeHome home, NodeSettings settings, TimeProvider time)
{
    // Beside the updates themselves: the version, its residual, logs.
    private const long RoomBeside = 256L << 20;

    /// <summary>The ledger that was found; null = none yet, or one that cannot be read.</summary>
    public LedgerSnapshot? Ledger { get; private set; }

    /// <summary>What would be sealed.</summary>
    public IReadOnlyList<PlannedUpdates> Planned { get; private set; } = [];

    /// <summary>Looks.</summary>
    /// <param name="cancellation">Stops the reading of a large file, and the call.</param>
    public async Task<IReadOnlyList<NodeCheck>> RunAsync(CancellationToken cancellation) =>
        [
            new("settings", ExitCode.Ok, $"{home.SettingsFile} is valid"),
            Guarded("data", () => Data(cancellation)),
            .. settings.Models.Select(model => Guarded("model", () => Model(model.Key, model.Value))),
            Guarded("ledger", ReadLedger),
            Guarded("disk", Disk),
            await SiloAsync(cancellation),
        ];

    private string Data(CancellationToken cancellation)
    {
        // Any key does: which side a record is on is not asked here.
        using var records = JsonLinesRecords.Open(
            settings.Source.Path,
            new HoldOut(new byte[32], settings.HoldOutFraction),
            sketch: null,
            requireSubjects: settings.Source.DeclaredSubjects is not null,
            cancellation
        );
        return $"{settings.Source.Path}: every line is a record";
    }

    private static string Model(string name, string folder)
    {
        var shapes = ModelShapes.Of(folder);
        return $"{name} in {folder}: {shapes.Linears.Count} layers that can be adapted, sha256 {BaseModelDigest.Compute(folder)[..12]}…";
    }

    private string ReadLedger()
    {
        if (!File.Exists(home.LedgerFile))
        {
            return "none yet: it begins with the first run";
        }

        Ledger = PrivacyLedger.Read(home.LedgerFile, home.LedgerAnchors);
        if (Ledger.Gap is { } gap)
        {
            throw new LedgerRolledBackException(home.LedgerFile, gap);
        }

        var spent = Ledger.Status(settings.Source.Name);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Ledger.Entries.Count} entries, whole; ε {EpsilonText.Upper(spent.CertifiedEpsilon, 3)} of {settings.Source.Epsilon:G4} used whatever happens"
        );
    }

    private string Disk()
    {
        Planned = PlannedUpdates.Of(home, settings, Ledger);
        var needed = Planned.Sum(run => run.BytesToCome) + RoomBeside;
        var free = new DriveInfo(home.Folder).AvailableFreeSpace;
        return free >= needed
            ? $"{free >> 20} MiB free, {needed >> 20} needed at most"
            : throw new NodeHomeException(
                $"--home {home.Folder}: {free >> 20} MiB are free, and sealed updates may need {needed >> 20}; make room"
            );
    }

    // A heartbeat about no run: signed like every call, so that it tells address, identity and clock at once.
    private async Task<NodeCheck> SiloAsync(CancellationToken cancellation)
    {
        if (!File.Exists(home.KeyFile))
        {
            return new("silo", ExitCode.Usage, "this node has no key yet: run `fednode join`");
        }

        using var identity = NodeIdentity.LoadOrCreate(home.KeyFile);
        await using var silo = new FederationClient(settings.Silo, identity, time);
        try
        {
            await silo.HeartbeatAsync(new NodeProgress { RunDigest = "" }, cancellation);
            return new("silo", ExitCode.Ok, $"{settings.Silo} knows this node, and the clocks agree");
        }
        catch (SiloRefusedException error)
        {
            return new("silo", ExitCode.Refused, error.Message);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Failed("silo", error);
        }
    }

    private static NodeCheck Guarded(string what, Func<string> look)
    {
        try
        {
            return new(what, ExitCode.Ok, look());
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Failed(what, error);
        }
    }

    private static NodeCheck Failed(string what, Exception error) =>
        new(what, CommandRun.CodeOf(error), CommandRun.Sentence(error));
}
