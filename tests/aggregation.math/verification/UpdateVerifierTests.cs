using System.Security.Cryptography;
using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.Aggregation.Tests;

public sealed class UpdateVerifierTests : IDisposable
{
    private readonly NodeIdentity _node = NodeIdentity.Create();
    private readonly NodeIdentity _other = NodeIdentity.Create();
    private readonly RunState _state;
    private readonly byte[] _blob = Some.Blob(Some.Values(1));
    private readonly UpdateHeader _header;

    public UpdateVerifierTests()
    {
        // Version 2 is published, so that bases 1 (late) and 2 (fresh) are welcome and 0 is too old.
        var state = Some.Running(null, _node.Id.Value, "b");
        state = state.Accept("b", 0).CloseAndPublish().OpenNext();
        _state = state.Accept("b", 1).CloseAndPublish().OpenNext();
        _header = Header(_blob, 2);
    }

    private string Id => _node.Id.Value;

    [Fact]
    public void An_honest_update_is_accepted_into_the_open_version()
    {
        var verdict = Verify(_state, _header, Some.Claim(_node, _header), _blob);
        Assert.Null(verdict.Refused);
        var accepted = verdict.Accepted!;
        Assert.Equal(
            (Id, 2L, 3L, 7L),
            (accepted.NodeId, accepted.BaseVersion, accepted.AcceptedInto, accepted.LedgerSequence)
        );
        Assert.Equal(Math.Sqrt(Some.Values(1).Sum(x => (double)x * x)), accepted.Norm, 1e-12);
    }

    [Fact]
    public void An_update_is_accepted_in_the_precision_that_the_run_asks_for_and_in_no_other()
    {
        var rounded = UpdateBlob.Encode(Some.Layout, Some.Values(1), BlobPrecision.BFloat16, words => words.Clear());
        var state = Some.Running(_state.Terms with { UpdatePrecision = BlobPrecision.BFloat16 }, Id, "b");
        var (asked, plain) = (First(rounded), First(_blob));

        Assert.NotNull(Verify(state, asked, Some.Claim(_node, asked), rounded).Accepted);
        Refused(RejectionReason.TooLarge, Verify(state, plain, Some.Claim(_node, plain), _blob));
        var header = Header(rounded, 2);
        Refused(RejectionReason.TooSmall, Verify(_state, header, Some.Claim(_node, header), rounded));

        UpdateHeader First(byte[] blob) => Header(blob, 0) with { BaseDigest = state.Published[0].Digest };
    }

    [Fact]
    public void With_alternating_factors_an_update_holds_the_factor_that_its_base_trains()
    {
        var layout = AdapterLayout.For(Some.Layers, Some.Layout.Options with { Factors = TrainedFactors.Alternating });
        var state = Some.Running(_state.Terms with { Layout = layout }, Id, "b");
        var (right, wrong) = (Blob(layout.TrainedAt(0)), Blob(layout.TrainedAt(1)));

        Assert.NotNull(Verify(state, First(right), Some.Claim(_node, First(right)), right).Accepted);
        Assert.NotNull(Verify(state, First(wrong), Some.Claim(_node, First(wrong)), wrong).Refused);

        UpdateHeader First(byte[] blob) => Header(blob, 0) with { BaseDigest = state.Published[0].Digest };
        static byte[] Blob(AdapterLayout part) =>
            AdapterBlob.Encode(AdapterBlobKind.Update, part, new float[part.Count]);
    }

    [Fact]
    public void A_late_update_is_accepted_while_its_base_is_in_the_ring()
    {
        var header = Header(_blob, 1);
        Assert.Equal(1, Verify(_state, header, Some.Claim(_node, header), _blob).Accepted!.BaseVersion);
    }

    [Fact]
    public void The_same_update_again_is_recognised_and_another_one_is_refused()
    {
        var accepted = Verify(_state, _header, Some.Claim(_node, _header), _blob).Accepted!;
        var after = _state.Apply(new UpdateAccepted(Some.Start, accepted, [], []));
        Assert.Equal(accepted, UpdateVerifier.CheckHeader(after, _header).Repeated);
        // Also when the run has ended: a node may have lost its receipt.
        var ended = after.Apply(new RunCancelled(Some.Start, ""));
        Assert.Equal(accepted, UpdateVerifier.CheckHeader(ended, _header).Repeated);
        Refused(
            RejectionReason.AlreadyAccepted,
            UpdateVerifier.CheckHeader(after, Header(Some.Blob(Some.Values(2)), 2))
        );
    }

    [Fact]
    public void An_update_that_was_dropped_gets_no_receipt_again()
    {
        var accepted = Verify(_state, _header, Some.Claim(_node, _header), _blob).Accepted!;
        var suspended = _state
            .Apply(new UpdateAccepted(Some.Start, accepted, [], []))
            .Apply(new NodeSuspended(Some.Start, Id, "spam"));
        foreach (var state in new[] { suspended, suspended.Apply(new NodeReinstated(Some.Start, Id)) })
        {
            var verdict = UpdateVerifier.CheckHeader(state, _header);
            Refused(RejectionReason.AlreadyAccepted, verdict);
            Assert.Contains("dropped", verdict.Refused!.Message, StringComparison.Ordinal);
            Assert.False(verdict.Refused.MayRetry);
        }
    }

    [Fact]
    public void A_paused_run_takes_uploads_in_flight() =>
        Assert.NotNull(
            Verify(_state.Apply(new RunPaused(Some.Start, "")), _header, Some.Claim(_node, _header), _blob).Accepted
        );

    [Theory]
    [InlineData("run", RejectionReason.OtherRun)]
    [InlineData("epoch", RejectionReason.OtherEpoch)]
    [InlineData("base+", RejectionReason.UnknownBaseVersion)]
    [InlineData("base-", RejectionReason.UnknownBaseVersion)]
    [InlineData("old", RejectionReason.BaseTooOld)]
    [InlineData("baseDigest", RejectionReason.OtherBaseDigest)]
    [InlineData("long", RejectionReason.TooLarge)]
    [InlineData("short", RejectionReason.TooSmall)]
    [InlineData("digest", RejectionReason.MalformedDigest)]
    [InlineData("upper", RejectionReason.MalformedDigest)]
    [InlineData("node", RejectionReason.NodeNotAdmitted)]
    public void A_wrong_header_is_refused_before_any_byte(string wrong, RejectionReason reason)
    {
        var header = wrong switch
        {
            "run" => _header with { RunDigest = Some.Digest("other") },
            "epoch" => _header with { Epoch = 2 },
            "base+" => _header with { BaseVersion = 3 },
            "base-" => _header with { BaseVersion = -1 },
            "old" => Header(_blob, 0),
            "baseDigest" => _header with { BaseDigest = Some.Digest("other") },
            "long" => _header with { Length = _header.Length + 1 },
            "short" => _header with { Length = 0 },
            "digest" => _header with { Digest = "../../etc/passwd" },
            "upper" => _header with { Digest = _header.Digest.ToUpperInvariant() },
            _ => _header with { NodeId = _other.Id.Value },
        };
        Refused(reason, UpdateVerifier.CheckHeader(_state, header));
    }

    [Theory]
    [InlineData("recruiting", RejectionReason.RunNotRunning)]
    [InlineData("cancelled", RejectionReason.RunEnded)]
    [InlineData("closed", RejectionReason.VersionClosing)]
    [InlineData("declined", RejectionReason.NodeNotAdmitted)]
    [InlineData("suspended", RejectionReason.NodeSuspended)]
    [InlineData("left", RejectionReason.NodeNotAdmitted)]
    [InlineData("drop", RejectionReason.BaseTooOld)]
    public void An_update_at_a_wrong_moment_is_refused(string moment, RejectionReason reason)
    {
        var now = Some.Start;
        var (state, header) = moment switch
        {
            "recruiting" => (Some.Draft().Apply(new RecruitingOpened(now)).Apply(new NodeAdmitted(now, Id)), _header),
            "cancelled" => (_state.Apply(new RunCancelled(now, "done")), _header),
            "closed" => (_state.Accept("b", 2).Apply(new VersionClosed(now, 3, [new("b", 2)], "")), _header),
            "declined" => (
                _state.Apply(new NodeDeclined(now, _other.Id.Value, "")),
                _header with
                {
                    NodeId = _other.Id.Value,
                }
            ),
            "suspended" => (_state.Apply(new NodeSuspended(now, Id, "spam")), _header),
            "left" => (_state.Apply(new NodeLeft(now, Id)), _header),
            _ => (Dropping(), Header(_blob, 1)),
        };
        var rejection = Refused(reason, UpdateVerifier.CheckHeader(state, header));
        Assert.Equal(reason is RejectionReason.RunNotRunning or RejectionReason.VersionClosing, rejection.MayRetry);
    }

    [Theory]
    [InlineData("signature", RejectionReason.BadAttestationSignature)]
    [InlineData("other node's key", RejectionReason.BadAttestationSignature)]
    [InlineData("garbage", RejectionReason.MalformedAttestation)]
    [InlineData("truncated", RejectionReason.MalformedAttestation)]
    [InlineData("short signature", RejectionReason.MalformedAttestation)]
    [InlineData("run", RejectionReason.AttestationOfOther)]
    [InlineData("update", RejectionReason.AttestationOfOther)]
    [InlineData("base", RejectionReason.AttestationOfOther)]
    [InlineData("baseDigest", RejectionReason.AttestationOfOther)]
    [InlineData("test noise", RejectionReason.NotPrivate)]
    [InlineData("no noise", RejectionReason.NotPrivate)]
    [InlineData("not private", RejectionReason.NotPrivate)]
    [InlineData("noiseMultiplier", RejectionReason.MechanismMismatch)]
    [InlineData("maxGradNorm", RejectionReason.MechanismMismatch)]
    [InlineData("expectedBatchSize", RejectionReason.MechanismMismatch)]
    [InlineData("steps", RejectionReason.MechanismMismatch)]
    [InlineData("unit", RejectionReason.MechanismMismatch)]
    public void A_claim_that_is_not_what_the_run_demands_is_refused(string wrong, RejectionReason reason)
    {
        var claim = Some.Claim(_node, _header);
        claim = wrong switch
        {
            "run" => claim with { RunDigest = Some.Digest("other") },
            "update" => claim with { UpdateDigest = Some.Digest("other") },
            "base" => claim with { BaseVersion = 1 },
            "baseDigest" => claim with { BaseDigest = Some.Digest("other") },
            "test noise" => claim with { Mechanism = Attestation.TestGaussian, IsPrivate = false },
            "no noise" => claim with { Mechanism = Attestation.NoMechanism, NoiseMultiplier = 0, IsPrivate = false },
            "not private" => claim with { IsPrivate = false },
            "noiseMultiplier" => claim with { NoiseMultiplier = 0.999 },
            "maxGradNorm" => claim with { MaxGradNorm = 0.6 },
            "expectedBatchSize" => claim with { ExpectedBatchSize = 31 },
            "steps" => claim with { Steps = 21 },
            "unit" => claim with { Unit = "subject" },
            _ => claim,
        };
        var bytes = claim.ToCanonicalBytes();
        var signature = (wrong == "other node's key" ? _other : _node).Sign(bytes);
        switch (wrong)
        {
            case "signature":
                signature[5] ^= 1;
                break;
            case "short signature":
                signature = signature[..^1];
                break;
            case "garbage":
                bytes = [1, 2, 3];
                break;
            case "truncated":
                bytes = bytes[..^1];
                break;
        }

        var verdict = UpdateVerifier.Verify(
            _state,
            _header,
            bytes,
            signature,
            _node.PublicKey.Span,
            new MemoryStream(_blob)
        );
        Assert.False(Refused(reason, verdict).MayRetry);
    }

    [Theory]
    [InlineData("missing", RejectionReason.BytesMissing)]
    [InlineData("damaged", RejectionReason.DigestMismatch)]
    [InlineData("cut", RejectionReason.DigestMismatch)]
    [InlineData("longer", RejectionReason.DigestMismatch)]
    [InlineData("nan", RejectionReason.NonFinite)]
    [InlineData("infinity", RejectionReason.NonFinite)]
    [InlineData("adapter", RejectionReason.MalformedUpdate)]
    [InlineData("noise", RejectionReason.MalformedUpdate)]
    [InlineData("layout", RejectionReason.OtherLayout)]
    [InlineData("count", RejectionReason.OtherLayout)]
    public void Bytes_that_are_no_update_of_this_run_are_refused(string wrong, RejectionReason reason)
    {
        var sent = (byte[])_blob.Clone();
        switch (wrong)
        {
            case "damaged":
                sent[^1] ^= 1;
                break;
            case "cut":
                sent = sent[..^4];
                break;
            case "longer":
                sent = [.. sent, 0];
                break;
            case "nan":
                BitConverter.TryWriteBytes(sent.AsSpan(sent.Length - 4), float.NaN);
                break;
            case "infinity":
                BitConverter.TryWriteBytes(sent.AsSpan(sent.Length - 8), float.NegativeInfinity);
                break;
            case "adapter":
                sent = AdapterBlob.Encode(AdapterBlobKind.Adapter, Some.Layout, Some.Values(1));
                break;
            case "noise":
                new Random(1).NextBytes(sent);
                break;
            case "layout":
                sent[8] ^= 1;
                break;
            case "count":
                sent[40] ^= 1;
                break;
        }

        // A damaged transfer has the digest of what was meant; anything else is what the node has really sealed.
        var damaged = reason == RejectionReason.DigestMismatch;
        var header = Header(damaged ? _blob : sent, 2) with { Length = _blob.Length };
        var claim = Some.Claim(_node, header).ToCanonicalBytes();
        var verdict = UpdateVerifier.Verify(
            _state,
            header,
            claim,
            _node.Sign(claim),
            _node.PublicKey.Span,
            wrong == "missing" ? null : new MemoryStream(sent)
        );
        Assert.Equal(damaged || wrong == "missing", Refused(reason, verdict).MayRetry);
    }

    [Fact]
    public void A_run_with_test_noise_takes_updates_attested_as_test_noise_only()
    {
        var terms = Some.Terms() with { Mechanism = Some.Mechanism with { Mechanism = "test" } };
        var state = Some.Running(terms, Id);
        var header = _header with { BaseVersion = 0, BaseDigest = state.Published[0].Digest };
        var claim = Some.Claim(_node, header);
        Refused(RejectionReason.MechanismMismatch, Verify(state, header, claim, _blob));
        var test = claim with { Mechanism = Attestation.TestGaussian, IsPrivate = false };
        Assert.NotNull(Verify(state, header, test, _blob).Accepted);
    }

    [Fact]
    public void A_run_whose_bound_adapts_takes_updates_that_say_so_only()
    {
        var terms = Some.Terms() with { Mechanism = Some.Mechanism with { AdaptiveClipping = true } };
        var state = Some.Running(terms, Id);
        var header = _header with { BaseVersion = 0, BaseDigest = state.Published[0].Digest };
        var claim = Some.Claim(_node, header);
        Refused(RejectionReason.MechanismMismatch, Verify(state, header, claim, _blob));
        var adaptive = claim with { Mechanism = Attestation.AdaptiveRoundedGaussian };
        Assert.NotNull(Verify(state, header, adaptive, _blob).Accepted);
    }

    [Fact]
    public void A_noised_metric_is_taken_when_it_is_due_as_the_run_says_and_never_else()
    {
        var terms = Some.Terms() with { Mechanism = Some.Mechanism with { Metrics = new(2, 8, 10) } };
        var state = Some.Running(terms, Id, "b");
        var due = _header with { BaseVersion = 0, BaseDigest = state.Published[0].Digest };
        var claim = Some.Claim(_node, due);
        var metric = new AttestedMetric(8, 10, 123.5, 20);

        Refused(RejectionReason.MechanismMismatch, Verify(state, due, claim, _blob));
        foreach (var other in new[] { metric with { NoiseMultiplier = 7 }, metric with { LossClip = 11 } })
        {
            Refused(RejectionReason.MechanismMismatch, Verify(state, due, claim with { Metric = other }, _blob));
        }

        var accepted = Verify(state, due, claim with { Metric = metric }, _blob).Accepted!;
        Assert.Equal(metric, accepted.Metric);
        var journalled = new UpdateAccepted(Some.Start, accepted, [], []);
        var read = (UpdateAccepted)RunEventCodec.Decode("update-accepted", RunEventCodec.Encode(journalled));
        Assert.Equal(metric, read.Update.Metric);

        state = state.Accept("b", 0).CloseAndPublish().OpenNext();
        var between = _header with { BaseVersion = 1, BaseDigest = state.Published[1].Digest };
        claim = Some.Claim(_node, between);
        Refused(RejectionReason.MechanismMismatch, Verify(state, between, claim with { Metric = metric }, _blob));
        Assert.Null(Verify(state, between, claim, _blob).Accepted!.Metric);
    }

    public void Dispose()
    {
        _node.Dispose();
        _other.Dispose();
    }

    private RunState Dropping()
    {
        var terms = Some.Terms() with { Staleness = new(StalenessMethod.Drop, 0) };
        var state = Some.Running(terms, Id, "b").Accept("b", 0).CloseAndPublish().OpenNext();
        return state.Accept("b", 1).CloseAndPublish().OpenNext();
    }

    private UpdateHeader Header(byte[] blob, long baseVersion) =>
        new(
            Id,
            Some.RunDigest,
            1,
            baseVersion,
            _state.Published[(int)baseVersion].Digest,
            Convert.ToHexStringLower(SHA256.HashData(blob)),
            blob.Length
        );

    private Verdict Verify(RunState state, UpdateHeader header, Attestation claim, byte[] blob)
    {
        var canonical = claim.ToCanonicalBytes();
        return UpdateVerifier.Verify(
            state,
            header,
            canonical,
            _node.Sign(canonical),
            _node.PublicKey.Span,
            new MemoryStream(blob)
        );
    }

    private static Rejection Refused(RejectionReason reason, Verdict verdict)
    {
        Assert.NotNull(verdict.Refused);
        Assert.True(reason == verdict.Refused.Reason, $"{verdict.Refused}");
        Assert.NotEmpty(verdict.Refused.Message);
        return verdict.Refused;
    }
}
