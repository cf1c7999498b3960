using System.Collections.Immutable;
using System.Text;

namespace Federated.Aggregation.Grains;

// What a node asks and is told.
internal sealed partial class RunGrain
{
    // (2) recruit ----------------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public async Task<ConsentAnswer> ConsentAsync(
        string nodeId,
        bool accepted,
        string reason,
        long? declaredRecords = null
    )
    {
        if (_state is not { } state || state.Phase.HasEnded())
        {
            return new(false, _state is null ? "there is no such run" : $"the run is {Outcome(_state)}");
        }

        NoteContact(nodeId);
        var standing = state.Members.GetValueOrDefault(nodeId)?.Standing;
        switch (standing)
        {
            case NodeStanding.Admitted or NodeStanding.Left when accepted:
                return new(true, "");

            // It stays away from now on, and nobody waits for it. What it has sent counts, and it returns by asking for work without naming the run as declined.
            case NodeStanding.Admitted:
                await AppendAsync(new NodeLeft(time.GetUtcNow(), nodeId));
                LogLeftByItself(nodeId, reason);
                Hurry();
                return new(false, "");

            case NodeStanding.Left:
                return new(false, "");

            case NodeStanding.Suspended:
                return new(false, "the operator has suspended this node");
        }

        var member = await GrainFactory.GetGrain<INodeGrain>(nodeId).StatusAsync();
        if (member?.Group != state.Group || (standing is null && !state.MayJoin(nodeId)))
        {
            return new(false, "this run is not open to the node");
        }

        if (accepted)
        {
            return await AdmitAsync(state, nodeId, declaredRecords);
        }

        if (standing is null)
        {
            await AppendAsync(new NodeDeclined(time.GetUtcNow(), nodeId, reason));
            Hurry();
        }

        return new(false, "");
    }

    private async Task<ConsentAnswer> AdmitAsync(RunState state, string nodeId, long? declaredRecords)
    {
        var weighs = state.Terms.WeighsDeclaredRecords;
        if (weighs && declaredRecords is not (>= 1 and <= int.MaxValue))
        {
            return new(false, "the run weighs nodes by their declared records, and this one declares none");
        }

        await AppendAsync(
            new NodeAdmitted(time.GetUtcNow(), nodeId) { DeclaredRecords = weighs ? declaredRecords : null }
        );
        LogAdmitted(nodeId, _state!.Nodes);
        Hurry();
        return new(true, "");
    }

    // check-in, heartbeat, leaving ---------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public async Task<RunAnswer> AnswerAsync(string nodeId, bool isDeclined = false)
    {
        if (isDeclined && _state?.Members.GetValueOrDefault(nodeId)?.Standing is NodeStanding.Left)
        {
            return Nothing("");
        }

        await NoteContactAsync(nodeId);
        if (_state is not { } state)
        {
            return Nothing("");
        }

        var standing = state.Members.GetValueOrDefault(nodeId)?.Standing;
        if (state.Phase.HasEnded())
        {
            return standing is null or NodeStanding.Declined
                ? Nothing("")
                : Nothing("") with
                {
                    Ended = new(
                        RunDigest,
                        Outcome(state),
                        state.Reason ?? "",
                        state.Latest?.Number ?? -1,
                        state.Latest?.Digest ?? "",
                        state.Latest?.Residual?.Digest ?? ""
                    ),
                };
        }

        return standing switch
        {
            null when state.MayJoin(nodeId) => Nothing("") with
            {
                Offer = new(RunDigest, Encoding.UTF8.GetBytes(_drafted!.Document)),
            },
            NodeStanding.Admitted => AnswerMember(state, nodeId),
            NodeStanding.Suspended => Nothing($"run {state.Name}: this node is suspended"),
            NodeStanding.Left => Nothing($"run {state.Name}: this node is about to return"),
            _ => Nothing(""),
        };
    }

    /// <inheritdoc/>
    public async Task<long> WaitForChangeAsync(long afterRevision, TimeSpan wait, CancellationToken cancellation)
    {
        if (_state is null || _state.Revision == afterRevision)
        {
            await _poll.WaitAsync(wait, time, cancellation);
        }

        return _state?.Revision ?? 0;
    }

    /// <inheritdoc/>
    public async Task WaitForWorkAsync(long afterMark, TimeSpan wait, CancellationToken cancellation)
    {
        if (_mark == afterMark)
        {
            await _work.WaitAsync(wait, time, cancellation);
        }
    }

    /// <inheritdoc/>
    public Task<byte[]?> DocumentAsync() =>
        Task.FromResult(_drafted is { } drafted ? Encoding.UTF8.GetBytes(drafted.Document) : null);

    /// <inheritdoc/>
    public Task<bool> IsMemberAsync(string nodeId) =>
        Task.FromResult(
            _state?.Members.GetValueOrDefault(nodeId)?.Standing is NodeStanding.Admitted or NodeStanding.Left
        );

    private async Task<Verdict> VerifyAsync(RunState state, UpdateOffer offer)
    {
        var header = Header(offer);
        var verdict = UpdateVerifier.CheckHeader(state, header);
        if (!verdict.GoesOn)
        {
            return verdict;
        }

        var publicKey = await GrainFactory.GetGrain<INodeGrain>(offer.NodeId).PublicKeyAsync();
        Stream? bytes = null;
        try
        {
            bytes = await blobs.OpenAsync(BlobNames.Of(offer.UpdateDigest, OwnerOfUpdates(state)));
        }
        catch (FileNotFoundException)
        {
            // The verifier says so, in its order of checks.
        }

        // Reading and hashing is CPU work: off the grain's scheduler, and nothing else can change the state meanwhile.
        await using (bytes)
        {
            return await Task.Run(() =>
                UpdateVerifier.Verify(
                    state,
                    header,
                    offer.Attestation,
                    offer.AttestationSignature,
                    publicKey ?? [],
                    bytes
                )
            );
        }
    }

    private RunAnswer AnswerMember(RunState state, string nodeId)
    {
        if (state is { Phase: RunPhase.Running, Open: { TakesUpdates: true } open, Latest: { } latest })
        {
            return state.Accepted.ContainsKey(new(nodeId, latest.Number))
                ? Nothing($"run {state.Name}: version {open.Number} waits for other nodes")
                : Nothing("") with
                {
                    Assignment = new(
                        RunDigest,
                        state.Name,
                        state.Terms.Epoch,
                        latest.Number,
                        latest.Digest,
                        latest.Length,
                        open.Deadline,
                        latest.Residual?.Digest ?? ""
                    ),
                };
        }

        var waiting = state.Phase switch
        {
            RunPhase.Paused => $"run {state.Name} is paused: {state.Reason}",
            RunPhase.Running =>
                $"run {state.Name}: version {state.Open?.Number ?? state.Published.Count} is being merged",
            _ => $"run {state.Name} recruits: {state.Nodes} of {state.Terms.Close.RecruitingTarget} nodes",
        };
        return Nothing(waiting);
    }

    // Best effort: the attestation in the journal is what counts. The node shows the same entry or a later one at its next check-in.
    private void NoteLedger(AcceptedUpdate update) =>
        GrainFactory
            .GetGrain<INodeGrain>(update.NodeId)
            .NoteLedgerAsync(new(update.LedgerSequence, update.LedgerHash))
            .Ignore();

    private RunAnswer Nothing(string waiting) => new(null, null, null, waiting, _mark);

    private static string Outcome(RunState state) =>
        state.Phase switch
        {
            RunPhase.Completed => "completed",
            RunPhase.Failed => "failed",
            RunPhase.Cancelled => "cancelled",
            _ => "not over",
        };

    private static UpdateHeader Header(UpdateOffer offer) =>
        new(
            offer.NodeId,
            offer.RunDigest,
            offer.Epoch,
            offer.BaseVersion,
            offer.BaseDigest,
            offer.UpdateDigest,
            offer.Length
        );

    private UploadAnswer Answer(Verdict verdict, RunState state)
    {
        if (verdict.Refused is { } refused)
        {
            return new(null, new(refused.Reason, refused.Message, refused.MayRetry), OwnerOfUpdates(state));
        }

        return (verdict.Accepted ?? verdict.Repeated) is { } update
            ? new(
                new(
                    state.Terms.RunDigest,
                    state.Terms.Epoch,
                    update.BaseVersion,
                    update.NodeId,
                    update.Digest,
                    update.AcceptedInto,
                    new(update.LedgerSequence, update.LedgerHash)
                ),
                null
            )
            : new(null, null, OwnerOfUpdates(state));
    }

    private UploadAnswer NoSuchRun() =>
        new(
            null,
            new(RejectionReason.UnknownRun, $"there is no run {RunDigest}", RejectionReason.UnknownRun.MayRetry())
        );

    private static ImmutableArray<LinearLayer> Layers(RunDrafted drafted) =>
        [.. drafted.Layers.Select(layer => new LinearLayer(layer.Path, layer.InFeatures, layer.OutFeatures))];
}
