using Federated.Privacy.Accounting;
using static Federated.Aggregation.Tests.SendingNode;

namespace Federated.Aggregation.Tests;

/// <summary>What a node claims of its update, held against what the run demands.</summary>
public sealed class AttestationCheckTests : IDisposable
{
    private readonly SendingNode _node = new();
    private readonly NodeIdentity _other = NodeIdentity.Create();

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
        var claim = Some.Claim(_node.Identity, _node.Fresh);
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
        var signature = (wrong == "other node's key" ? _other : _node.Identity).Sign(bytes);
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
            _node.State,
            _node.Fresh,
            bytes,
            signature,
            _node.Identity.PublicKey.Span,
            new MemoryStream(_node.Blob)
        );
        Assert.False(Refused(reason, verdict).MayRetry);
    }

    [Fact]
    public void A_run_with_test_noise_takes_updates_attested_as_test_noise_only()
    {
        var terms = Some.Terms() with { Mechanism = Some.Mechanism with { Mechanism = "test" } };
        var state = Some.Running(terms, _node.Id);
        var header = _node.Fresh with { BaseVersion = 0, BaseDigest = state.Published[0].Digest };
        var claim = Some.Claim(_node.Identity, header);
        Refused(RejectionReason.MechanismMismatch, _node.Verify(state, header, claim, _node.Blob));
        var test = claim with { Mechanism = Attestation.TestGaussian, IsPrivate = false };
        Assert.NotNull(_node.Verify(state, header, test, _node.Blob).Accepted);
    }

    [Fact]
    public void A_run_whose_bound_adapts_takes_updates_that_say_so_only()
    {
        var terms = Some.Terms() with { Mechanism = Some.Mechanism with { AdaptiveClipping = true } };
        var state = Some.Running(terms, _node.Id);
        var header = _node.Fresh with { BaseVersion = 0, BaseDigest = state.Published[0].Digest };
        var claim = Some.Claim(_node.Identity, header);
        Refused(RejectionReason.MechanismMismatch, _node.Verify(state, header, claim, _node.Blob));
        var adaptive = claim with { Mechanism = Attestation.AdaptiveRoundedGaussian };
        Assert.NotNull(_node.Verify(state, header, adaptive, _node.Blob).Accepted);
    }

    [Fact]
    public void A_noised_metric_is_taken_when_it_is_due_as_the_run_says_and_never_else()
    {
        var terms = Some.Terms() with { Mechanism = Some.Mechanism with { Metrics = new(2, 8, 10) } };
        var state = Some.Running(terms, _node.Id, "b");
        var due = _node.Fresh with { BaseVersion = 0, BaseDigest = state.Published[0].Digest };
        var claim = Some.Claim(_node.Identity, due);
        var metric = new AttestedMetric(8, 10, 123.5, 20);

        Refused(RejectionReason.MechanismMismatch, _node.Verify(state, due, claim, _node.Blob));
        foreach (var other in new[] { metric with { NoiseMultiplier = 7 }, metric with { LossClip = 11 } })
        {
            Refused(
                RejectionReason.MechanismMismatch,
                _node.Verify(state, due, claim with { Metric = other }, _node.Blob)
            );
        }

        var accepted = _node.Verify(state, due, claim with { Metric = metric }, _node.Blob).Accepted!;
        Assert.Equal(metric, accepted.Metric);
        var journalled = new UpdateAccepted(Some.Start, accepted, [], []);
        var read = (UpdateAccepted)RunEventCodec.Decode("update-accepted", RunEventCodec.Encode(journalled));
        Assert.Equal(metric, read.Update.Metric);

        state = state.Accept("b", 0).CloseAndPublish().OpenNext();
        var between = _node.Fresh with { BaseVersion = 1, BaseDigest = state.Published[1].Digest };
        claim = Some.Claim(_node.Identity, between);
        Refused(
            RejectionReason.MechanismMismatch,
            _node.Verify(state, between, claim with { Metric = metric }, _node.Blob)
        );
        Assert.Null(_node.Verify(state, between, claim, _node.Blob).Accepted!.Metric);
    }

    public void Dispose()
    {
        _node.Dispose();
        _other.Dispose();
    }
}
