using Federated.Adapters;
using Federated.Privacy.Accounting;
using static Federated.Aggregation.Tests.SendingNode;

namespace Federated.Aggregation.Tests;

/// <summary>Header, moment and bytes of an update.</summary>
public sealed class UpdateVerifierTests : IDisposable
{
    private readonly SendingNode _node = new();
    private readonly NodeIdentity _other = NodeIdentity.Create();

    [Fact]
    public void An_honest_update_is_accepted_into_the_open_version()
    {
        var verdict = _node.Verify(_node.State, _node.Fresh, Some.Claim(_node.Identity, _node.Fresh), _node.Blob);
        Assert.Null(verdict.Refused);
        var accepted = verdict.Accepted!;
        Assert.Equal(
            (_node.Id, 2L, 3L, 7L),
            (accepted.NodeId, accepted.BaseVersion, accepted.AcceptedInto, accepted.LedgerSequence)
        );
        Assert.Equal(Math.Sqrt(Some.Values(1).Sum(x => (double)x * x)), accepted.Norm, 1e-12);
    }

    [Fact]
    public void An_update_is_accepted_in_the_precision_that_the_run_asks_for_and_in_no_other()
    {
        var rounded = UpdateBlob.Encode(Some.Layout, Some.Values(1), BlobPrecision.BFloat16, words => words.Clear());
        var state = Some.Running(_node.State.Terms with { UpdatePrecision = BlobPrecision.BFloat16 }, _node.Id, "b");
        var (asked, plain) = (First(rounded), First(_node.Blob));

        Assert.NotNull(_node.Verify(state, asked, Some.Claim(_node.Identity, asked), rounded).Accepted);
        Refused(RejectionReason.TooLarge, _node.Verify(state, plain, Some.Claim(_node.Identity, plain), _node.Blob));
        var header = _node.Header(rounded, 2);
        Refused(
            RejectionReason.TooSmall,
            _node.Verify(_node.State, header, Some.Claim(_node.Identity, header), rounded)
        );

        UpdateHeader First(byte[] blob) => _node.Header(blob, 0) with { BaseDigest = state.Published[0].Digest };
    }

    [Fact]
    public void With_alternating_factors_an_update_holds_the_factor_that_its_base_trains()
    {
        var layout = AdapterLayout.For(Some.Layers, Some.Layout.Options with { Factors = TrainedFactors.Alternating });
        var state = Some.Running(_node.State.Terms with { Layout = layout }, _node.Id, "b");
        var (right, wrong) = (Blob(layout.TrainedAt(0)), Blob(layout.TrainedAt(1)));

        Assert.NotNull(_node.Verify(state, First(right), Some.Claim(_node.Identity, First(right)), right).Accepted);
        Assert.NotNull(_node.Verify(state, First(wrong), Some.Claim(_node.Identity, First(wrong)), wrong).Refused);

        UpdateHeader First(byte[] blob) => _node.Header(blob, 0) with { BaseDigest = state.Published[0].Digest };
        static byte[] Blob(AdapterLayout part) =>
            AdapterBlob.Encode(AdapterBlobKind.Update, part, new float[part.Count]);
    }

    [Fact]
    public void A_late_update_is_accepted_while_its_base_is_in_the_ring()
    {
        var header = _node.Header(_node.Blob, 1);
        Assert.Equal(
            1,
            _node.Verify(_node.State, header, Some.Claim(_node.Identity, header), _node.Blob).Accepted!.BaseVersion
        );
    }

    [Fact]
    public void The_same_update_again_is_recognised_and_another_one_is_refused()
    {
        var accepted = _node
            .Verify(_node.State, _node.Fresh, Some.Claim(_node.Identity, _node.Fresh), _node.Blob)
            .Accepted!;
        var after = _node.State.Apply(new UpdateAccepted(Some.Start, accepted, [], []));
        Assert.Equal(accepted, UpdateVerifier.CheckHeader(after, _node.Fresh).Repeated);
        // Also when the run has ended: a node may have lost its receipt.
        var ended = after.Apply(new RunCancelled(Some.Start, ""));
        Assert.Equal(accepted, UpdateVerifier.CheckHeader(ended, _node.Fresh).Repeated);
        Refused(
            RejectionReason.AlreadyAccepted,
            UpdateVerifier.CheckHeader(after, _node.Header(Some.Blob(Some.Values(2)), 2))
        );
    }

    [Fact]
    public void An_update_that_was_dropped_gets_no_receipt_again()
    {
        var accepted = _node
            .Verify(_node.State, _node.Fresh, Some.Claim(_node.Identity, _node.Fresh), _node.Blob)
            .Accepted!;
        var suspended = _node
            .State.Apply(new UpdateAccepted(Some.Start, accepted, [], []))
            .Apply(new NodeSuspended(Some.Start, _node.Id, "spam"));
        foreach (var state in new[] { suspended, suspended.Apply(new NodeReinstated(Some.Start, _node.Id)) })
        {
            var verdict = UpdateVerifier.CheckHeader(state, _node.Fresh);
            Refused(RejectionReason.AlreadyAccepted, verdict);
            Assert.Contains("dropped", verdict.Refused!.Message, StringComparison.Ordinal);
            Assert.False(verdict.Refused.MayRetry);
        }
    }

    [Fact]
    public void A_paused_run_takes_uploads_in_flight() =>
        Assert.NotNull(
            _node
                .Verify(
                    _node.State.Apply(new RunPaused(Some.Start, "")),
                    _node.Fresh,
                    Some.Claim(_node.Identity, _node.Fresh),
                    _node.Blob
                )
                .Accepted
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
            "run" => _node.Fresh with { RunDigest = Some.Digest("other") },
            "epoch" => _node.Fresh with { Epoch = 2 },
            "base+" => _node.Fresh with { BaseVersion = 3 },
            "base-" => _node.Fresh with { BaseVersion = -1 },
            "old" => _node.Header(_node.Blob, 0),
            "baseDigest" => _node.Fresh with { BaseDigest = Some.Digest("other") },
            "long" => _node.Fresh with { Length = _node.Fresh.Length + 1 },
            "short" => _node.Fresh with { Length = 0 },
            "digest" => _node.Fresh with { Digest = "../../etc/passwd" },
            "upper" => _node.Fresh with { Digest = _node.Fresh.Digest.ToUpperInvariant() },
            _ => _node.Fresh with { NodeId = _other.Id.Value },
        };
        Refused(reason, UpdateVerifier.CheckHeader(_node.State, header));
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
            "recruiting" => (
                Some.Draft().Apply(new RecruitingOpened(now)).Apply(new NodeAdmitted(now, _node.Id)),
                _node.Fresh
            ),
            "cancelled" => (_node.State.Apply(new RunCancelled(now, "done")), _node.Fresh),
            "closed" => (_node.State.Accept("b", 2).Apply(new VersionClosed(now, 3, [new("b", 2)], "")), _node.Fresh),
            "declined" => (
                _node.State.Apply(new NodeDeclined(now, _other.Id.Value, "")),
                _node.Fresh with
                {
                    NodeId = _other.Id.Value,
                }
            ),
            "suspended" => (_node.State.Apply(new NodeSuspended(now, _node.Id, "spam")), _node.Fresh),
            "left" => (_node.State.Apply(new NodeLeft(now, _node.Id)), _node.Fresh),
            _ => (Dropping(), _node.Header(_node.Blob, 1)),
        };
        var rejection = Refused(reason, UpdateVerifier.CheckHeader(state, header));
        Assert.Equal(reason is RejectionReason.RunNotRunning or RejectionReason.VersionClosing, rejection.MayRetry);
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
        var sent = (byte[])_node.Blob.Clone();
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
        var header = _node.Header(damaged ? _node.Blob : sent, 2) with { Length = _node.Blob.Length };
        var claim = Some.Claim(_node.Identity, header).ToCanonicalBytes();
        var verdict = UpdateVerifier.Verify(
            _node.State,
            header,
            claim,
            _node.Identity.Sign(claim),
            _node.Identity.PublicKey.Span,
            wrong == "missing" ? null : new MemoryStream(sent)
        );
        Assert.Equal(damaged || wrong == "missing", Refused(reason, verdict).MayRetry);
    }

    public void Dispose()
    {
        _node.Dispose();
        _other.Dispose();
    }

    private RunState Dropping()
    {
        var terms = Some.Terms() with { Staleness = new(StalenessMethod.Drop, 0) };
        var state = Some.Running(terms, _node.Id, "b").Accept("b", 0).CloseAndPublish().OpenNext();
        return state.Accept("b", 1).CloseAndPublish().OpenNext();
    }
}
