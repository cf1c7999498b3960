namespace Federated.Aggregation.Grains;

// What a node sends, before and after its bytes.
internal sealed partial class RunGrain
{
    // (4) collect ----------------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public async Task<UploadAnswer> PrepareUploadAsync(UpdateOffer offer)
    {
        await NoteContactAsync(offer.NodeId);
        if (_state is not { } state)
        {
            return NoSuchRun();
        }

        var header = Header(offer);
        var verdict = UpdateVerifier.CheckHeader(state, header);
        if (verdict.GoesOn)
        {
            // Bytes whose attestation says too little would be refused after they had travelled.
            var publicKey = await GrainFactory.GetGrain<INodeGrain>(offer.NodeId).PublicKeyAsync();
            verdict = UpdateVerifier.CheckAttestation(
                state,
                header,
                offer.Attestation,
                offer.AttestationSignature,
                publicKey ?? []
            );
        }

        return Answer(verdict, state);
    }

    /// <inheritdoc/>
    public async Task<UploadAnswer> AcceptAsync(UpdateOffer offer)
    {
        if (_state is null)
        {
            return NoSuchRun();
        }

        NoteContact(offer.NodeId);
        if (_state.Members.GetValueOrDefault(offer.NodeId)?.Standing is NodeStanding.Left)
        {
            await ReturnNodeAsync(offer.NodeId);
        }

        var state = _state;
        var verdict = await VerifyAsync(state, offer);
        if (verdict.Accepted is { } update)
        {
            await AppendAsync(
                new UpdateAccepted(time.GetUtcNow(), update, offer.Attestation, offer.AttestationSignature)
            );
            LogAccepted(update.NodeId, update.BaseVersion, update.AcceptedInto, _state.Open!.DistinctNodes);
            NoteLedger(update);
            Hurry();
        }
        else if (verdict.Refused is { } refused)
        {
            LogRefused(offer.NodeId, offer.BaseVersion, refused.Reason, refused.Message);
        }

        return Answer(verdict, state);
    }
}
