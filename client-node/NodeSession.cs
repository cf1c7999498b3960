using Federated.Privacy.Accounting;
using Serilog;

namespace Federated.ClientNode;

/// <summary>A node at work: its home, key, ledger, records and connection, put together in the order in which they can fail.</summary>
internal sealed class NodeSession : IAsyncDisposable
{
    private readonly JsonLinesRecords _records;
    private readonly PrivacyLedger _ledger;
    private readonly NodeIdentity _identity;
    private readonly FederationClient _silo;
    private readonly Resilience _resilience;
    private readonly NodeHome _home;
    private readonly NodeSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    /// <summary>Opens everything that lies on this machine; nothing is sent.</summary>
    /// <param name="home">An open home.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="adoptData">True: the records are this home's, whatever the marker beside them says.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">For people.</param>
    /// <param name="cancellation">Stops the reading of a large file.</param>
    /// <exception cref="LedgerRolledBackException">An older ledger was put back.</exception>
    /// <exception cref="SharedRecordsException">The records have spent under another name.</exception>
    /// <exception cref="DataMarkerException">The records are another home's.</exception>
    public NodeSession(
        NodeHome home,
        NodeSettings settings,
        bool adoptData,
        TimeProvider time,
        ILogger log,
        CancellationToken cancellation
    )
    {
        _home = home;
        _settings = settings;
        _time = time;
        _log = log;
        var sketches = SourceSketches.Open(home);
        var sketch = sketches.Empty(ofSubjects: settings.Source.DeclaredSubjects is not null);
        _records = JsonLinesRecords.Open(
            settings.Source.Path,
            HoldOut.Open(home, settings.HoldOutFraction),
            sketch,
            requireSubjects: settings.Source.DeclaredSubjects is not null,
            cancellation
        );
        try
        {
            _ledger = PrivacyLedger.Open(home.LedgerFile, time, home.LedgerAnchors);
            _ledger.RefuseIfRolledBack();
            SharedRecords.Settle(settings.Source, _ledger, sketches, sketch);
            DataMarker.Claim(settings.Source.Path, sketches.HomeId, adoptData, log);
            _identity = NodeIdentity.LoadOrCreate(home.KeyFile);
        }
        catch
        {
            _ledger?.Dispose();
            _records.Dispose();
            throw;
        }

        _silo = new FederationClient(settings.Silo, _identity, time);
        _resilience = new Resilience(
            time,
            (attempt, reason) =>
            {
                // The first and then ever more seldom: a silo that is away for a night fills no log.
                if (int.IsPow2(attempt))
                {
                    log.Warning("attempt {Attempt}: {Reason}", attempt, reason);
                }
            }
        );
    }

    /// <summary>Registers this node, unless it is registered.</summary>
    /// <param name="token">An invitation; null needs an earlier join.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="NodeSettingsException">The node has not joined, and there is no token.</exception>
    public async Task<Membership> JoinAsync(string? token, CancellationToken cancellation)
    {
        if (Membership.Read(_home) is { } known)
        {
            return known;
        }

        if (token is null)
        {
            throw new NodeSettingsException(
                _home.Folder,
                ["has not joined a group yet: give --token; the operator makes one with `fedsilo node invite`"]
            );
        }

        var joined = await _resilience.FirstContact.ExecuteAsync(
            async stop => await _silo.JoinAsync(token, _settings.Name, stop),
            cancellation
        );
        if (joined.NodeId != _identity.Id.Value)
        {
            throw new SiloRefusedException("the silo calls this node by an id that is not its key's fingerprint");
        }

        joined.Write(_home);
        return joined;
    }

    /// <summary>Works until stopped, or until a run has ended.</summary>
    public async Task<LoopEnd> WorkAsync(
        Membership membership,
        TrainingMachine machine,
        bool untilEnded,
        bool reportEveryVersion,
        CancellationToken cancellation
    )
    {
        var offers = new OfferedRuns(_home, _time);
        var consent = new RunConsent(new OwnerPolicy(_settings), offers, _ledger, _settings, _silo, _resilience, _log);
        var reports = new RunReports(_home, _settings, consent, _time);
        var spool = new UpdateSpool(_home.SpoolFolder);
        var norms = new ClippingNorms(_home.RunsFolder);
        using var local = new LocalTraining(_settings, _records, _identity.Id, machine, norms, _home, _time, _log);
        ILocalTraining training = Console.IsErrorRedirected ? local : new TerminalProgress(local, Console.Error);
        var sealer = new Sealer(spool, norms, _ledger, _identity, _time);
        var sender = new UpdateSender(_silo, _resilience, new ReceiptCheck(membership), spool, _ledger, _log);
        var loop = new RoundLoop(
            new CheckIns(_silo, _resilience, _ledger, consent, _time, _log),
            consent,
            new AdapterDownload(_home, _settings.Models, _silo, _resilience, reports),
            training,
            spool,
            sealer,
            new SealedDelivery(_silo, consent, spool, sealer, sender, reports, _time, _log),
            reports,
            new HeldOutReports(training, reports, reportEveryVersion, _log),
            _log
        );
        return await loop.RunAsync(untilEnded, cancellation);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _identity.Dispose();
        _ledger.Dispose();
        _records.Dispose();
    }
}
