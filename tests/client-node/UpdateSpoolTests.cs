using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Protocol;
using Serilog.Core;

namespace Federated.ClientNode.Tests;

/// <summary>Each test builds what a kill at one point leaves on disk, and starts again from there.</summary>
public sealed class UpdateSpoolTests : IDisposable
{
    private static readonly RunDocument Document = Some.Run("gaussian");
    private readonly TemporaryFolder _folder = new();
    private readonly ConsentedRun _run;
    private readonly AdapterLayout _layout = AdapterLayout.For(
        [new LinearShape("model.layers.0.self_attn.q_proj", 8, 8)],
        new AdapterOptions(2, 4, LoraScaling.RsLora, ["q_proj"], 1)
    );
    private readonly CheckInAnswer.Assignment _assignment;

    public UpdateSpoolTests()
    {
        Directory.CreateDirectory(_folder.File("spool"));
        NodeIdentity.Create(_folder.File("key.pem")).Dispose();
        var consented = Some.Consented(Document, Some.Settings("data.jsonl"));
        using var ledger = OpenLedger();
        _run = consented with { ReservationId = ledger.Reserve(consented.Plan).ReservationId };
        _assignment = new CheckInAnswer.Assignment(_run.Digest, "some-run", 1, 0, new string('b', 64));
    }

    [Fact]
    public void A_sealed_update_is_on_disk_in_the_ledger_and_attested()
    {
        var update = Process((spool, sealer, _) => sealer.Seal(_run, _assignment, _layout, Delta(1)));

        var (read, ledger) = Process((spool, _, ledger) => (Assert.Single(spool.All(_ => { })), ledger.Entries));
        Assert.Equal(update.UpdateDigest, read.UpdateDigest);
        Assert.NotNull(read.Attestation);
        Assert.False(read.IsAnswered);
        var entry = Assert.IsType<SealedEntry>(ledger[^1]);
        Assert.Equal((read.UpdateDigest, 0L, 2L), (entry.UpdateDigest, entry.BaseVersion, entry.StepsDone));
        using var bytes = read.OpenRead();
        Assert.Equal(Delta(1), AdapterBlob.Read(bytes, _layout, AdapterBlobKind.Update));
    }

    [Theory]
    [InlineData("bf16", BlobPrecision.BFloat16)]
    [InlineData("int8", BlobPrecision.EightBit)]
    public void An_update_is_sealed_in_the_precision_that_the_run_asks_for(string dtype, BlobPrecision precision)
    {
        var document = _run.Document with { Adapter = _run.Document.Adapter with { UpdateDtype = dtype } };
        var run = _run with { Document = document };
        var update = Process((_, sealer, _) => sealer.Seal(run, _assignment, _layout, Delta(1)));

        Assert.Equal(AdapterBlob.ByteLength(_layout, precision), update.Length);
        using var bytes = update.OpenRead();
        var read = AdapterBlob.Read(bytes, _layout, AdapterBlobKind.Update);
        Assert.All(read.Zip(Delta(1)), pair => Assert.Equal(pair.Second, pair.First, 0.025f));
    }

    [Fact]
    public void Killed_while_the_bytes_are_written_nothing_is_left_and_the_attempt_starts_again()
    {
        var unfinished = Directory.CreateDirectory(_folder.File($"spool/{_run.Digest}/1-0.unfinished"));
        File.WriteAllText(Path.Combine(unfinished.FullName, "update.bin"), "half of an upd");

        Process(
            (spool, sealer, _) =>
            {
                Assert.Empty(spool.All(_ => { }));
                Assert.Null(spool.Find(_run.Digest, 1, 0));
                Assert.Null(sealer.WhyNotTrain(_run, _assignment));
                return sealer.Seal(_run, _assignment, _layout, Delta(2));
            }
        );
    }

    [Fact]
    public void Killed_between_bytes_and_ledger_the_bytes_are_adopted()
    {
        var bytes = AdapterBlob.Encode(AdapterBlobKind.Update, _layout, Delta(1));
        var put = Process((spool, _, _) => spool.Put(Facts(), bytes));
        Assert.Null(put.Attestation);

        var completed = Process((spool, sealer, _) => sealer.Complete(_run, spool.Find(_run.Digest, 1, 0)!));

        Assert.Equal(put.UpdateDigest, completed.UpdateDigest);
        Assert.NotNull(completed.Attestation);
        Assert.Equal(put.UpdateDigest, Assert.Single(Ledger().OfType<SealedEntry>()).UpdateDigest);
    }

    [Fact]
    public void Killed_between_ledger_and_attestation_the_entry_that_exists_is_attested()
    {
        var bytes = AdapterBlob.Encode(AdapterBlobKind.Update, _layout, Delta(1));
        var entry = Process(
            (spool, _, ledger) =>
            {
                var put = spool.Put(Facts(), bytes);
                return ledger.Seal(_run.ReservationId, put.UpdateDigest, put.BaseVersion, put.StepsDone);
            }
        );

        var completed = Process((spool, sealer, _) => sealer.Complete(_run, spool.Find(_run.Digest, 1, 0)!));

        Assert.Equal(entry.Sequence, completed.Attestation!.Attestation.LedgerSequence);
        Assert.Equal(entry.Hash, completed.Attestation.Attestation.LedgerHead);
        Assert.Single(Ledger().OfType<SealedEntry>());
    }

    [Fact]
    public void A_base_whose_sealed_bytes_are_gone_is_never_trained_on_again()
    {
        Process((_, sealer, _) => sealer.Seal(_run, _assignment, _layout, Delta(1)));
        Directory.Delete(_folder.File($"spool/{_run.Digest}/1-0"), recursive: true);

        var reason = Process(
            (spool, sealer, _) =>
            {
                Assert.Null(spool.Find(_run.Digest, 1, 0));
                return sealer.WhyNotTrain(_run, _assignment);
            }
        );

        Assert.Contains("average the noise away", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_bytes_for_a_sealed_base_are_refused()
    {
        Process((_, sealer, _) => sealer.Seal(_run, _assignment, _layout, Delta(1)));

        Process(
            (_, sealer, _) =>
                Assert.Throws<InvalidOperationException>(() => sealer.Seal(_run, _assignment, _layout, Delta(2)))
        );

        Directory.Delete(_folder.File($"spool/{_run.Digest}/1-0"), recursive: true);
        // Even if somebody empties the spool, the ledger remembers.
        Process(
            (_, sealer, _) =>
                Assert.Throws<LedgerConflictException>(() => sealer.Seal(_run, _assignment, _layout, Delta(2)))
        );
    }

    [Fact]
    public void A_used_up_plan_trains_no_more()
    {
        Process(
            (_, sealer, _) =>
            {
                sealer.Seal(_run, _assignment, _layout, Delta(1));
                return sealer.Seal(_run, _assignment with { BaseVersion = 1 }, _layout, Delta(2));
            }
        );

        var reason = Process((_, sealer, _) => sealer.WhyNotTrain(_run, _assignment with { BaseVersion = 2 }));

        Assert.Contains("used up", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_were_changed_are_noticed()
    {
        Process((_, sealer, _) => sealer.Seal(_run, _assignment, _layout, Delta(1)));
        var file = _folder.File($"spool/{_run.Digest}/1-0/update.bin");
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);

        var error = Process((spool, _, _) => Assert.Throws<NodeHomeException>(() => spool.All(_ => { })));

        Assert.Contains("is not what was sealed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_were_changed_after_the_silo_took_them_are_left_out()
    {
        Process((_, sealer, _) => sealer.Seal(_run, _assignment, _layout, Delta(1)));
        File.WriteAllText(_folder.File($"spool/{_run.Digest}/1-0/update.bin"), "changed");
        File.WriteAllText(_folder.File($"spool/{_run.Digest}/1-0/receipt.json"), "{}");
        var damaged = new List<string>();

        Assert.Empty(Process((spool, _, _) => spool.All(damaged.Add)));

        Assert.Contains("is not what was sealed", Assert.Single(damaged), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_receipt_is_refused_by_its_file()
    {
        var sealedUpdate = Process((_, sealer, _) => sealer.Seal(_run, _assignment, _layout, Delta(1)));
        var receipt = _folder.File($"spool/{_run.Digest}/1-0/receipt.json");
        File.WriteAllText(receipt, "{ \"receipt\": ");

        var error = Assert.Throws<NodeHomeException>(() => Process((spool, _, _) => spool.ReceiptOf(sealedUpdate)));

        Assert.Contains(receipt, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_between_receipt_and_ledger_the_release_is_repeated_once()
    {
        await using var silo = new FakeSilo(Document, _layout, NodeId());
        var sealedUpdate = Process((_, sealer, _) => sealer.Seal(_run, _assignment, _layout, Delta(1)));
        var answer = (UploadAnswer.Accepted)
            await silo.UploadAsync(sealedUpdate, resume: false, _ => { }, TestContext.Current.CancellationToken);
        Process((spool, _, _) => spool.Acknowledge(sealedUpdate, answer.Receipt));
        Assert.Empty(Ledger().OfType<ReleasedEntry>());

        for (var start = 0; start < 2; start++)
        {
            Process(
                (spool, _, ledger) =>
                {
                    var update = Assert.Single(spool.All(_ => { }));
                    Assert.True(update.IsAnswered);
                    var sender = new UpdateSender(
                        silo,
                        new Resilience(TimeProvider.System, (_, _) => { }),
                        new ReceiptCheck(silo.Membership),
                        spool,
                        ledger,
                        Logger.None
                    );
                    sender.Release(_run, update, spool.ReceiptOf(update)!);
                    return true;
                }
            );
        }

        Assert.Equal(sealedUpdate.UpdateDigest, Assert.Single(Ledger().OfType<ReleasedEntry>()).UpdateDigest);
    }

    [Fact]
    public void A_removed_update_is_gone()
    {
        Process(
            (spool, sealer, _) =>
            {
                spool.Remove(sealer.Seal(_run, _assignment, _layout, Delta(1)));
                Assert.Empty(spool.All(_ => { }));
                return true;
            }
        );
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What one process does; everything it holds in memory is gone after it.</summary>
    private T Process<T>(Func<UpdateSpool, Sealer, PrivacyLedger, T> work)
    {
        using var ledger = OpenLedger();
        using var identity = NodeIdentity.Load(_folder.File("key.pem"));
        var spool = new UpdateSpool(_folder.File("spool"));
        return work(
            spool,
            new Sealer(spool, new ClippingNorms(_folder.File("runs")), ledger, identity, TimeProvider.System),
            ledger
        );
    }

    private PrivacyLedger OpenLedger() => PrivacyLedger.Open(_folder.File("ledger.jsonl"), TimeProvider.System);

    private IReadOnlyList<LedgerEntry> Ledger() => PrivacyLedger.Read(_folder.File("ledger.jsonl")).Entries;

    private string NodeId()
    {
        using var identity = NodeIdentity.Load(_folder.File("key.pem"));
        return identity.Id.Value;
    }

    private float[] Delta(int seed) => [.. Enumerable.Range(0, (int)_layout.Count).Select(i => seed + (i / 8f))];

    private SealedUpdate Facts() =>
        new()
        {
            RunDigest = _run.Digest,
            Epoch = 1,
            BaseVersion = 0,
            BaseDigest = _assignment.BaseDigest,
            UpdateDigest = "",
            Length = 0,
            StepsDone = 2,
            SealedAt = DateTimeOffset.UnixEpoch,
        };
}
