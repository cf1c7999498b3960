using System.Security.Cryptography;
using Federated.Privacy.Accounting;

namespace Federated.Aggregation.Tests;

/// <summary>A node with an update for a running run, and what the verifier says to what it sends.</summary>
internal sealed class SendingNode : IDisposable
{
    public SendingNode()
    {
        // Version 2 is published, so that bases 1 (late) and 2 (fresh) are welcome and 0 is too old.
        var state = Some.Running(null, Id, "b");
        state = state.Accept("b", 0).CloseAndPublish().OpenNext();
        State = state.Accept("b", 1).CloseAndPublish().OpenNext();
        Fresh = Header(Blob, 2);
    }

    public NodeIdentity Identity { get; } = NodeIdentity.Create();

    public string Id => Identity.Id.Value;

    public RunState State { get; }

    public byte[] Blob { get; } = Some.Blob(Some.Values(1));

    /// <summary>The header of <see cref="Blob"/>, trained from the newest version.</summary>
    public UpdateHeader Fresh { get; }

    public UpdateHeader Header(byte[] blob, long baseVersion) =>
        new(
            Id,
            Some.RunDigest,
            1,
            baseVersion,
            State.Published[(int)baseVersion].Digest,
            Convert.ToHexStringLower(SHA256.HashData(blob)),
            blob.Length
        );

    public Verdict Verify(RunState state, UpdateHeader header, Attestation claim, byte[] blob)
    {
        var canonical = claim.ToCanonicalBytes();
        return UpdateVerifier.Verify(
            state,
            header,
            canonical,
            Identity.Sign(canonical),
            Identity.PublicKey.Span,
            new MemoryStream(blob)
        );
    }

    /// <summary>The rejection, for this reason.</summary>
    public static Rejection Refused(RejectionReason reason, Verdict verdict)
    {
        Assert.NotNull(verdict.Refused);
        Assert.True(reason == verdict.Refused.Reason, $"{verdict.Refused}");
        Assert.NotEmpty(verdict.Refused.Message);
        return verdict.Refused;
    }

    public void Dispose() => Identity.Dispose();
}
