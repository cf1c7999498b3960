using System.Collections.Concurrent;
using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Protocol.V1;
using Grpc.Core;

namespace Federated.Silo;

/// <summary>
/// Takes one sealed update: header → may it come? → bytes, durable → accepted → signed receipt. A cut anywhere is continued
/// where it stopped; the same update again gets the same receipt.
/// </summary>
internal sealed class UpdateIntake(IGrainFactory grains, IBlobStore blobs, ReceiptSigner signer, TimeProvider time)
{
    // One sender at a time for the same bytes, so that what is refused can be deleted: nobody else relies on it meanwhile.
    private readonly ConcurrentDictionary<string, byte> _inHand = new(StringComparer.Ordinal);

    /// <summary>How long a sender may be silent before its upload is dropped; what has come is kept.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Bytes held of an update, all of them when its blob is whole.</summary>
    public async Task<long> CommittedAsync(UpdateOffer offer, string? owner, CancellationToken cancellation) =>
        Sha256Text.IsDigest(offer.UpdateDigest)
            ? await blobs.LengthAsync(BlobNames.Of(offer.UpdateDigest, owner), cancellation)
                ?? await blobs.CommittedAsync(UploadId(offer), BlobNames.Of(offer.UpdateDigest, owner), cancellation)
            : throw new ArgumentException(
                $"update_digest = \"{offer.UpdateDigest}\"; expected 64 lowercase hex digits (SHA-256)."
            );

    public async Task<UploadUpdateReply> ReceiveAsync(
        IAsyncStreamReader<UploadUpdateRequest> parts,
        string nodeId,
        CancellationToken cancellation
    )
    {
        if (!await NextAsync(parts, cancellation) || parts.Current.Header is not { } header)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "An upload begins with its header."));
        }

        var offer = header.ToGrain(nodeId);
        var run = grains.GetGrain<IRunGrain>(NodeText.RequireDigest("header.run_digest", offer.RunDigest));
        var prepared = await run.PrepareUploadAsync(offer);
        if (Reply(prepared) is { } early)
        {
            return early;
        }

        var name = BlobNames.Of(offer.UpdateDigest, prepared.Owner);
        if (!_inHand.TryAdd(name, 0))
        {
            throw new RpcException(
                new Status(
                    StatusCode.Aborted,
                    $"{offer.UpdateDigest} is just being sent. Try again when that has ended."
                )
            );
        }

        try
        {
            return await TakeAsync(run, parts, offer, name, cancellation);
        }
        finally
        {
            _inHand.TryRemove(name, out _);
        }
    }

    private async Task<UploadUpdateReply> TakeAsync(
        IRunGrain run,
        IAsyncStreamReader<UploadUpdateRequest> parts,
        UpdateOffer offer,
        string name,
        CancellationToken cancellation
    )
    {
        var isNew = await blobs.LengthAsync(name, cancellation) is null;
        if (isNew && await StoreAsync(parts, offer, name, cancellation) is { } unstored)
        {
            return unstored;
        }

        var answer = await run.AcceptAsync(offer);
        await DiscardAsync(name, isNew, answer.Refused?.Reason);
        return Reply(answer)
            ?? throw new InvalidOperationException($"Run {offer.RunDigest} neither accepted nor refused an update.");
    }

    // What is refused for good must not stay: a member that sends such updates one after the other would fill the disk.
    private async Task DiscardAsync(string name, bool isNew, RejectionReason? refused)
    {
        if (refused is RejectionReason.DigestMismatch)
        {
            await blobs.DeleteAsync(name); // damaged on this disk: the same update, sent again, takes its place
        }
        else if (isNew && refused?.MayRetry() == false)
        {
            await blobs.DiscardUploadAsync(name);
        }
    }

    /// <summary>Makes the bytes durable, or says why not.</summary>
    private async Task<UploadUpdateReply?> StoreAsync(
        IAsyncStreamReader<UploadUpdateRequest> parts,
        UpdateOffer offer,
        string name,
        CancellationToken cancellation
    )
    {
        await using var upload = await OpenAsync(offer, name, cancellation);
        while (await NextAsync(parts, cancellation))
        {
            var chunk =
                parts.Current.Chunk
                ?? throw new RpcException(new Status(StatusCode.InvalidArgument, "An upload has one header."));
            if (chunk.Offset != upload.Length)
            {
                throw new RpcException(
                    new Status(
                        StatusCode.OutOfRange,
                        $"chunk.offset = {chunk.Offset}; expected {upload.Length}, the bytes held. Continue there."
                    )
                );
            }

            if (chunk.Data.Length > offer.Length - upload.Length)
            {
                return Refuse(
                    RejectionReason.TooLarge,
                    $"The upload goes on after the {offer.Length} bytes that its header announced."
                );
            }

            await upload.AppendAsync(chunk.Data.Memory, cancellation);
        }

        if (upload.Length < offer.Length)
        {
            throw new RpcException(
                new Status(
                    StatusCode.Aborted,
                    $"The upload ended at {upload.Length} of {offer.Length} bytes. Continue there."
                )
            );
        }

        return await upload.CompleteAsync(name, cancellation)
            ? null
            : Refuse(
                RejectionReason.DigestMismatch,
                $"The {offer.Length} bytes received have another SHA-256 than {offer.UpdateDigest}; they were dropped. Send them again."
            );
    }

    // Names the node too: nobody continues, or disturbs, the upload of another. The digest is no part of it: a node has one
    // unfinished upload for each version it may train from, however many digests it announces.
    private static string UploadId(UpdateOffer offer) =>
        $"{offer.RunDigest}/{offer.Epoch}/{offer.BaseVersion}/{offer.NodeId}";

    private async Task<IBlobUpload> OpenAsync(UpdateOffer offer, string name, CancellationToken cancellation)
    {
        try
        {
            var uploadId = UploadId(offer);
            var committed = await blobs.CommittedAsync(uploadId, name, cancellation);
            return await blobs.ContinueAsync(uploadId, name, committed, cancellation);
        }
        catch (IOException e)
        {
            // A cut stream may still be ending here while its node is already back.
            throw new RpcException(new Status(StatusCode.Aborted, e.Message));
        }
    }

    private async Task<bool> NextAsync(IAsyncStreamReader<UploadUpdateRequest> parts, CancellationToken cancellation)
    {
        using var idle = new CancellationTokenSource(IdleTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellation);
        try
        {
            return await parts.MoveNext(either.Token);
        }
        catch (Exception e) when (idle.IsCancellationRequested && e is OperationCanceledException or RpcException)
        {
            throw new RpcException(
                new Status(
                    StatusCode.DeadlineExceeded,
                    $"Nothing came for {IdleTimeout.TotalSeconds:0} s. Continue the upload where it stopped."
                )
            );
        }
    }

    private UploadUpdateReply? Reply(UploadAnswer answer) =>
        answer switch
        {
            { Receipt: { } receipt } => new UploadUpdateReply { Receipt = signer.Sign(receipt) },
            { Refused: { } refused } => new UploadUpdateReply { Refusal = Refusals.Message(refused) },
            _ => null,
        };

    private static UploadUpdateReply Refuse(RejectionReason reason, string message) =>
        new() { Refusal = Refusals.Message(new Refused(reason, message, reason.MayRetry())) };
}
