using Federated.Privacy.Accounting;
using Federated.Protocol;
using Serilog;

namespace Federated.ClientNode;

/// <summary>From an offered document to a consented run: judge, ask the owner if need be, reserve the whole plan, and only then say yes.</summary>
internal sealed class RunConsent(
    OwnerPolicy policy,
    OfferedRuns offers,
    PrivacyLedger ledger,
    NodeSettings settings,
    ISiloConnection silo,
    Resilience resilience,
    ILogger log
)
{
    private const int MostNotOffered = 1000;
    private readonly Dictionary<string, ConsentedRun> _consented = [];
    private readonly HashSet<string> _silent = []; // declined, and the silo knows; or over

    /// <summary>
    /// Digests that are not to be offered (again): left, waiting for the owner, declined or over. No more than a silo reads; it knows the last two kinds itself.
    /// </summary>
    public IReadOnlyList<string> NotToBeOffered =>
        [
            .. offers
                .Digests.Where(digest =>
                    _silent.Contains(digest)
                    || HasLeft(digest)
                    || offers.Decision(digest)?.Answer == ConsentAnswer.Pending
                )
                .OrderBy(_silent.Contains)
                .Take(MostNotOffered),
        ];

    /// <summary>True: an offered run waits for `fednode runs approve`.</summary>
    public bool AwaitsOwner => offers.Digests.Any(digest => offers.Decision(digest)?.Answer == ConsentAnswer.Pending);

    /// <summary>True: the owner has approved a run, and the silo has not heard of it.</summary>
    public bool AwaitsAnswer =>
        offers.Digests.Any(digest =>
            !_silent.Contains(digest)
            && offers.Decision(digest)?.Answer == ConsentAnswer.Accepted
            && Reserved(digest) is null
        );

    /// <summary>True: the run is over.</summary>
    public bool IsOver(string runDigest) => offers.Decision(runDigest)?.Answer == ConsentAnswer.Ended;

    /// <summary>True: a run was accepted and is not over.</summary>
    public bool HasOpenRuns => offers.Digests.Any(digest => offers.Decision(digest)?.Answer == ConsentAnswer.Accepted);

    /// <summary>Says no to a run that gives work although the owner has left it. Nothing happens where the owner has not.</summary>
    public async Task DeclineLeftAsync(string runDigest, CancellationToken cancellation)
    {
        if (HasLeft(runDigest))
        {
            await TellAsync(runDigest, accepted: false, offers.Decision(runDigest)!.Reason, cancellation);
        }
    }

    // Its plan was reserved once: the silo knows the node as a member, and may not have heard that it left.
    private bool HasLeft(string runDigest) =>
        offers.Decision(runDigest)?.Answer == ConsentAnswer.Declined && Reserved(runDigest) is not null;

    /// <summary>The run, when its plan is reserved and the owner has agreed; null otherwise.</summary>
    /// <exception cref="NodeSettingsException">The plan of an open run is reserved for another source than node.yaml names.</exception>
    public ConsentedRun? Find(string runDigest)
    {
        if (_consented.TryGetValue(runDigest, out var known))
        {
            return known;
        }

        var reserved = Reserved(runDigest);
        if (
            reserved is null
            || offers.Document(runDigest) is not { } document
            || offers.Decision(runDigest) is not { Answer: ConsentAnswer.Accepted or ConsentAnswer.Ended }
        )
        {
            return null;
        }

        if (reserved.Plan.Source != settings.Source.Name)
        {
            // Its plan pays for those records alone. A run that is over hinders nobody, and is not taken up again.
            return offers.Decision(runDigest) is { Answer: ConsentAnswer.Ended }
                ? null
                : throw new NodeSettingsException(
                    "source.name",
                    [
                        $"is {settings.Source.Name} in node.yaml, and the ledger has reserved run {offers.NameOf(runDigest)} for source "
                            + $"{reserved.Plan.Source}: write source.name: {reserved.Plan.Source} again, with its path, until that run "
                            + "has ended, or use another --home for the new source",
                    ]
                );
        }

        return _consented[runDigest] = new ConsentedRun(
            runDigest,
            document,
            reserved.ReservationId,
            reserved.Plan,
            reserved.Epsilon ?? double.PositiveInfinity,
            reserved.Delta
        );
    }

    /// <summary>
    /// Answers for the runs that the owner has approved since: also for one that the policy had declined before node.yaml was changed,
    /// which no silo offers again.
    /// </summary>
    /// <returns>False when the node has declined one.</returns>
    public async Task<bool> AnswerApprovedAsync(CancellationToken cancellation)
    {
        var all = true;
        foreach (var digest in offers.Digests)
        {
            if (offers.Decision(digest)?.Answer == ConsentAnswer.Accepted && Find(digest) is null)
            {
                all &= await AnswerAsync(new CheckInAnswer.Offer(digest, offers.Bytes(digest)), cancellation);
            }
        }

        return all;
    }

    /// <summary>Judges an offer and answers the silo, or leaves it to the owner.</summary>
    /// <returns>False when the node has declined, or the run does not take it.</returns>
    public async Task<bool> AnswerAsync(CheckInAnswer.Offer offer, CancellationToken cancellation)
    {
        RunDocument document;
        try
        {
            document = offers.Keep(offer);
        }
        catch (RunDocumentException error)
        {
            var reason = $"this node cannot read the document: {SiloText.Plain(error.Message)}";
            log.Warning("run {Digest} declined: {Reason}", offer.RunDigest[..12], reason);
            await TellAsync(offer.RunDigest, accepted: false, reason, cancellation);
            return false;
        }

        var decision = offers.Decision(offer.RunDigest);
        if (decision is { Answer: ConsentAnswer.Declined, By: "owner" })
        {
            await TellAsync(offer.RunDigest, accepted: false, decision.Reason, cancellation);
            return false;
        }

        if (Find(offer.RunDigest) is { } promised)
        {
            // Before a restart, or to a silo that has lost the answer.
            var isOver = ledger.WhyOver(promised.ReservationId) is not null;
            var reason = isOver ? "the node's plan for this run has ended" : "";
            var told = isOver ? null : policy.DeclaredRecordsFor(document);
            return await TellAsync(offer.RunDigest, accepted: !isOver, reason, cancellation, told);
        }

        if (Reserved(offer.RunDigest) is not null && decision is { Answer: ConsentAnswer.Ended })
        {
            await TellAsync(offer.RunDigest, accepted: false, "the node's plan for this run has ended", cancellation);
            return false;
        }

        var verdict = policy.Judge(offer.RunDigest, document, ledger.Account(settings.Source.Name));
        switch (verdict)
        {
            case PolicyVerdict.Refused refused:
                var reasons = string.Join("; ", refused.Reasons);
                log.Warning("run {Run} declined: {Reasons}", RunName.Of(document), reasons);
                log.Warning(
                    "to take part after all, change node.yaml and: {Command}",
                    offers.Command("approve", offer.RunDigest)
                );
                offers.Decide(offer.RunDigest, ConsentAnswer.Declined, "policy", reasons);
                // The reasons name folders and numbers of this node: the silo learns only that the policy said no.
                await TellAsync(offer.RunDigest, accepted: false, "the owner's policy does not allow it", cancellation);
                return false;

            case PolicyVerdict.Allowed { NeedsOwner: true } asks when decision?.Answer != ConsentAnswer.Accepted:
                offers.Decide(offer.RunDigest, ConsentAnswer.Pending, "policy", "waits for the owner");
                log.Information("{Leaves}", RunSummary.WhatLeaves(document, asks.Plan, asks.Price, settings));
                log.Information(
                    "run {Run} waits for you: {Command} (or decline)",
                    RunName.Of(document),
                    offers.Command("approve", offer.RunDigest)
                );
                return true;

            case PolicyVerdict.Allowed allowed:
                log.Information("{Leaves}", RunSummary.WhatLeaves(document, allowed.Plan, allowed.Price, settings));
                if (decision?.Answer != ConsentAnswer.Accepted)
                {
                    // Before the reservation: a kill in between must not price the run a second time, beside itself.
                    offers.Decide(offer.RunDigest, ConsentAnswer.Accepted, "policy", "allowed by the owner's policy");
                }

                ledger.Reserve(allowed.Plan);
                var declared = policy.DeclaredRecordsFor(document);
                return await TellAsync(offer.RunDigest, accepted: true, "", cancellation, declared);

            default:
                throw new InvalidOperationException($"verdict {verdict} is unknown");
        }
    }

    /// <summary>Notes that a run is over. A plan under which nothing was sealed is given back.</summary>
    public void End(string runDigest, string reason)
    {
        _silent.Add(runDigest);
        if (offers.Decision(runDigest) is { Answer: ConsentAnswer.Accepted or ConsentAnswer.Pending })
        {
            offers.Decide(runDigest, ConsentAnswer.Ended, "policy", reason);
        }

        if (Reserved(runDigest) is { } reserved && StepsSealed(reserved.ReservationId) == 0)
        {
            ledger.Expire(reserved.ReservationId, reason);
        }
    }

    /// <summary>Noised steps that were sealed under a plan.</summary>
    public long StepsSealed(string reservationId) =>
        ledger
            .Entries.OfType<SealedEntry>()
            .Where(entry => entry.ReservationId == reservationId)
            .Sum(entry => entry.StepsDone);

    private async Task<bool> TellAsync(
        string runDigest,
        bool accepted,
        string reason,
        CancellationToken cancellation,
        long? declaredRecords = null
    )
    {
        var refusal = await resilience.Call.ExecuteAsync(
            async token => await silo.ConsentAsync(runDigest, accepted, reason, declaredRecords, token),
            cancellation
        );
        if (!accepted)
        {
            _silent.Add(runDigest);
            return false;
        }

        if (refusal is null)
        {
            log.Information("run {Run} accepted", offers.NameOf(runDigest));
            return true;
        }

        log.Warning("run {Run} does not take this node: {Reason}", offers.NameOf(runDigest), refusal);
        End(runDigest, $"not admitted: {refusal}");
        return false;
    }

    private ReservedEntry? Reserved(string runDigest) =>
        ledger.Entries.OfType<ReservedEntry>().FirstOrDefault(entry => entry.Plan.RunDigest == runDigest);
}
