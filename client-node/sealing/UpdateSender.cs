using Federated.Privacy.Accounting;
using Serilog;

namespace Federated.ClientNode;

/// <summary>Step 6: the same bytes until the silo has answered. A receipt counts only from the pinned silo, about exactly these bytes.</summary>
internal sealed class UpdateSender(
    ISiloConnection silo,
    Resilience resilience,
    ReceiptCheck receipts,
    UpdateSpool spool,
    PrivacyLedger ledger,
    ILogger log
)
{
    /// <summary>Sends a sealed and attested update, and keeps the answer: in the spool first, then in the ledger.</summary>
    /// <param name="run">The run.</param>
    /// <param name="update">The update.</param>
    /// <param name="resume">True: the silo may hold some of the bytes already.</param>
    /// <param name="sent">Told the number of further bytes on their way.</param>
    /// <param name="cancellation">Stops; the update stays sealed.</param>
    /// <returns>True: accepted. False: refused for good; the bytes stay, and go out again only if the silo asks for them.</returns>
    /// <exception cref="SiloRefusedException">The receipt is not the pinned silo's word about this update.</exception>
    public async Task<bool> SendAsync(
        ConsentedRun run,
        SealedUpdate update,
        bool resume,
        Action<long> sent,
        CancellationToken cancellation
    )
    {
        var again = resume;
        var answer = await resilience.Transfer.ExecuteAsync(
            async token =>
            {
                var resumed = again;
                again = true; // the next attempt asks first how far this one came
                return Checked(update, await silo.UploadAsync(update, resumed, sent, token));
            },
            cancellation
        );

        if (answer is UploadAnswer.Accepted { Receipt: var receipt })
        {
            spool.Acknowledge(update, receipt);
            // Its countersigned head: kept as an anchor, and stops the node if it is not part of this ledger.
            ledger.Compare(new LedgerHead(receipt.Receipt.LedgerSequence, receipt.Receipt.LedgerHash));
            Release(run, update, receipt);
            log.Information(
                "run {Run}: update from version {Version} accepted into version {Into}",
                run.Name,
                update.BaseVersion,
                receipt.Receipt.AcceptedInto
            );
            return true;
        }

        var refused = (UploadAnswer.Refused)answer;
        spool.Refuse(update, refused);
        log.Warning(
            "run {Run}: update from version {Version} refused ({Reason}): {Message}",
            run.Name,
            update.BaseVersion,
            refused.Reason,
            refused.Message
        );
        return false;
    }

    /// <summary>Enters a kept receipt into the ledger; again, it changes nothing.</summary>
    public void Release(ConsentedRun run, SealedUpdate update, SignedReceipt receipt)
    {
        if (!ledger.IsSealed(run.ReservationId, update.UpdateDigest))
        {
            // Sealed in entries that were lost, and paid for when they were recovered.
            log.Warning(
                "run {Run}: the ledger has lost its entry of the update from version {Version}",
                run.Name,
                update.BaseVersion
            );
            return;
        }

        ledger.Release(
            run.ReservationId,
            update.UpdateDigest,
            System.Text.Json.JsonSerializer.Serialize(receipt, NodeJson.OneLine)
        );
    }

    private UploadAnswer Checked(SealedUpdate update, UploadAnswer answer) =>
        answer switch
        {
            UploadAnswer.Refused { MayRetry: true } later => throw new SiloUnreachableException(
                $"the silo cannot take the update now: {later.Message}"
            ),
            UploadAnswer.Accepted accepted when receipts.Fault(update, accepted.Receipt) is { } fault =>
                throw new SiloRefusedException(
                    $"the receipt for version {update.BaseVersion} {fault}: the update stays sealed"
                ),
            _ => answer,
        };
}
