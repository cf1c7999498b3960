using System.Security.Cryptography;
using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode.Tests;

/// <summary>A silo in memory with one run and one node: offers it, assigns, adds each update to the adapter, ends.</summary>
internal sealed class FakeSilo : ISiloConnection
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RunDocument _run;
    private readonly AdapterLayout _layout;
    private readonly string _nodeId;
    private readonly List<byte[]> _versions;
    private readonly Dictionary<long, (string Digest, SignedReceipt Receipt)> _accepted = [];
    private bool _consented;

    public FakeSilo(RunDocument run, AdapterLayout layout, string nodeId)
    {
        (_run, _layout, _nodeId) = (run, layout, nodeId);
        Document = CanonicalRunDocument.Bytes(run);
        RunDigest = CanonicalRunDocument.Digest(Document.AsSpan());
        _versions = [AdapterBlob.Encode(AdapterBlobKind.Adapter, layout, new float[layout.Count])];
        Membership = new Membership(nodeId, "default", "key-1", _key.ExportSubjectPublicKeyInfo());
    }

    public Membership Membership { get; }

    /// <summary>Signs a receipt anew, as only this silo can.</summary>
    public SignedReceipt Sign(UpdateReceipt receipt) => new(receipt, receipt.Sign(_key));

    public string RunDigest { get; }

    public AdapterLayout Layout => _layout;

    public byte[] Document { get; set; }

    /// <summary>Digest of the adapter after all versions.</summary>
    public string FinalDigest => Digest(_versions[^1]);

    /// <summary>The frozen products beside every version; empty = none.</summary>
    public byte[] Residual { get; set; } = [];

    /// <summary>The file of A factors that is sent.</summary>
    public byte[] InitialFactors { get; set; } = [];

    /// <summary>Every update that came, whole, in order; repeats included.</summary>
    public List<(long BaseVersion, string Digest, SignedAttestation Attestation)> Received { get; } = [];

    public List<(bool Accepted, string Reason)> Consents { get; } = [];

    /// <summary>What the node told with its newest answer.</summary>
    public long? DeclaredRecords { get; private set; }

    /// <summary>What the last check-in named as declined.</summary>
    public IReadOnlyCollection<string> Declined { get; private set; } = [];

    public List<NodeProgress> Heartbeats { get; } = [];

    /// <summary>True: assignments come without an offer before them.</summary>
    public bool AssignsWithoutConsent { get; set; }

    /// <summary>True: a run that was declined is not offered again.</summary>
    public bool OffersOnce { get; set; }

    public SiloCommand Command { get; set; }

    /// <summary>What check-ins say that the silo knows of the node's ledger.</summary>
    public LedgerHead? KnownLedger { get; set; }

    public int CheckIns { get; private set; }

    /// <summary>What assignments say about the base instead of the truth.</summary>
    public string? AnnouncedDigest { get; set; }

    /// <summary>Sent after the bytes of an adapter.</summary>
    public byte[] TrailingBytes { get; set; } = [];

    /// <summary>Called with each update after it is accepted, before the receipt is on its way.</summary>
    public Action<SealedUpdate> BeforeReceipt { get; set; } = _ => { };

    /// <summary>Called with each update before anything of it is looked at; an answer ends the upload.</summary>
    public Func<SealedUpdate, UploadAnswer?> BeforeUpload { get; set; } = _ => null;

    /// <summary>Changes a receipt on its way.</summary>
    public Func<SignedReceipt, SignedReceipt> Receipt { get; set; } = receipt => receipt;

    /// <summary>Called at each check-in.</summary>
    public Func<CheckInAnswer?> BeforeCheckIn { get; set; } = () => null;

    /// <summary>Forgets what was accepted for a version, as a silo does whose backup is restored.</summary>
    public void Forget(long baseVersion) => _accepted.Remove(baseVersion);

    public Task<Membership> JoinAsync(string token, string displayName, CancellationToken cancellation) =>
        Task.FromResult(Membership);

    public Task<CheckInAnswer> CheckInAsync(
        LedgerHead ledger,
        TimeSpan wait,
        IReadOnlyCollection<string> declinedRuns,
        CancellationToken cancellation
    )
    {
        cancellation.ThrowIfCancellationRequested();
        CheckIns++;
        Declined = declinedRuns;
        return Task.FromResult((BeforeCheckIn() ?? Next(declinedRuns)) with { KnownLedger = KnownLedger });
    }

    public Task<string?> ConsentAsync(
        string runDigest,
        bool accepted,
        string reason,
        long? declaredRecords,
        CancellationToken cancellation
    )
    {
        Consents.Add((accepted, reason));
        DeclaredRecords = declaredRecords;
        _consented |= accepted;
        return Task.FromResult<string?>(null);
    }

    public async Task DownloadAsync(
        string runDigest,
        long version,
        RunBlob blob,
        Stream target,
        CancellationToken cancellation
    )
    {
        if (blob != RunBlob.Adapter)
        {
            var bytes = blob == RunBlob.Residual ? Residual : InitialFactors;
            await target.WriteAsync(bytes.AsMemory((int)target.Position), cancellation);
            return;
        }

        await target.WriteAsync(_versions[(int)version].AsMemory((int)target.Position), cancellation);
        await target.WriteAsync(TrailingBytes, cancellation);
    }

    public async Task<UploadAnswer> UploadAsync(
        SealedUpdate update,
        bool resume,
        Action<long> sent,
        CancellationToken cancellation
    )
    {
        if (BeforeUpload(update) is { } answer)
        {
            return answer;
        }

        using var bytes = new MemoryStream();
        await using (var stream = update.OpenRead())
        {
            await stream.CopyToAsync(bytes, cancellation);
        }

        sent(bytes.Length);
        Assert.Equal(update.UpdateDigest, Digest(bytes.ToArray()));
        Received.Add((update.BaseVersion, update.UpdateDigest, update.Attestation!));
        if (!_accepted.TryGetValue(update.BaseVersion, out var known))
        {
            known = Accept(update, bytes);
        }

        Assert.Equal(known.Digest, update.UpdateDigest);
        BeforeReceipt(update);
        return new UploadAnswer.Accepted(Receipt(known.Receipt));
    }

    public Task<SiloCommand> HeartbeatAsync(NodeProgress progress, CancellationToken cancellation)
    {
        lock (Heartbeats)
        {
            Heartbeats.Add(progress);
        }

        return Task.FromResult(Command);
    }

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        return ValueTask.CompletedTask;
    }

    private CheckInAnswer Next(IReadOnlyCollection<string> declinedRuns)
    {
        if (!_consented && !AssignsWithoutConsent)
        {
            return declinedRuns.Contains(RunDigest) || (OffersOnce && Consents.Count > 0)
                ? new CheckInAnswer.Wait(TimeSpan.FromSeconds(1), "nothing to do")
                : new CheckInAnswer.Offer(RunDigest, Document);
        }

        var newest = _versions.Count - 1;
        return newest == _run.Rounds.Versions
            ? new CheckInAnswer.Ended(RunDigest, "completed", "", newest, FinalDigest, ResidualDigest)
            : Assignment(newest);
    }

    private string ResidualDigest => Residual.Length == 0 ? "" : Digest(Residual);

    private CheckInAnswer.Assignment Assignment(int version) =>
        new(RunDigest, "some-run", 1, version, AnnouncedDigest ?? Digest(_versions[version]), ResidualDigest);

    private (string Digest, SignedReceipt Receipt) Accept(SealedUpdate update, MemoryStream bytes)
    {
        bytes.Position = 0;
        var delta = AdapterBlob.Read(bytes, _layout, AdapterBlobKind.Update);
        using var current = new MemoryStream(_versions[^1]);
        var values = AdapterBlob.Read(current, _layout, AdapterBlobKind.Adapter);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] += delta[i];
        }

        _versions.Add(AdapterBlob.Encode(AdapterBlobKind.Adapter, _layout, values));
        var attestation = update.Attestation!.Attestation;
        var receipt = new UpdateReceipt(
            update.RunDigest,
            update.Epoch,
            update.BaseVersion,
            _nodeId,
            update.UpdateDigest,
            update.BaseVersion + 1,
            attestation.LedgerSequence,
            attestation.LedgerHead,
            "key-1"
        );
        return _accepted[update.BaseVersion] = (update.UpdateDigest, new SignedReceipt(receipt, receipt.Sign(_key)));
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
