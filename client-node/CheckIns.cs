using Federated.Privacy.Accounting;
using Serilog;

namespace Federated.ClientNode;

/// <summary>Asks the silo what there is to do, and waits where asking again at once is of no use.</summary>
internal sealed class CheckIns(
    ISiloConnection silo,
    Resilience resilience,
    PrivacyLedger ledger,
    RunConsent consent,
    TimeProvider time,
    ILogger log
)
{
    /// <summary>How long a silo may hold a check-in, and how long a node waits that was told no.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(30);

    /// <summary>How long a node waits for what may come soon: the owner's decision, the next run, another answer to the same bytes.</summary>
    public static readonly TimeSpan ShortHold = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100); // whatever a silo says
    private string _lastReason = "";

    /// <summary>Asks once. First of all, also before a plan is reserved, what the silo knows of the ledger is compared with it.</summary>
    /// <param name="cancellation">The owner stops the node.</param>
    /// <exception cref="NodeRefusedException">The silo does not work with this node, and asking again is of no use.</exception>
    /// <exception cref="LedgerRolledBackException">The silo, or an anchor, knows a head that the ledger does not hold.</exception>
    public async Task<CheckInAnswer> NextAsync(CancellationToken cancellation)
    {
        ledger.RefuseIfRolledBack();
        var hold =
            consent.AwaitsAnswer ? ShortestWait
            : consent.AwaitsOwner ? ShortHold
            : LongestHold;
        CheckInAnswer answer;
        try
        {
            answer = await resilience.Call.ExecuteAsync(
                async token => await silo.CheckInAsync(ledger.Head, hold, consent.NotToBeOffered, token),
                cancellation
            );
        }
        catch (SiloRefusedException error)
        {
            answer = new CheckInAnswer.Refused(error.Reason, error.Message, MayRetry: false);
        }

        if (answer.KnownLedger is { } known)
        {
            ledger.Compare(known);
        }

        return answer is CheckInAnswer.Refused refused && NodeRefusedException.IsFinal(refused.Reason)
            ? throw new NodeRefusedException(refused.Reason, refused.Message)
            : answer;
    }

    /// <summary>Waits as the silo advises, unless the owner has just approved a run.</summary>
    /// <param name="advice">When to ask again, and why.</param>
    /// <param name="cancellation">The owner stops the node.</param>
    public Task WaitAsync(CheckInAnswer.Wait advice, CancellationToken cancellation) =>
        WaitAsync(
            consent.AwaitsAnswer ? ShortestWait : advice.RetryAfter,
            consent is { AwaitsOwner: true, HasOpenRuns: false } ? "for the owner's answer" : advice.Reason,
            cancellation
        );

    /// <summary>Waits, within bounds that no silo can move.</summary>
    /// <param name="delay">How long.</param>
    /// <param name="reason">Why, said once for as long as it stays the same; empty = it has been said.</param>
    /// <param name="cancellation">The owner stops the node.</param>
    public async Task WaitAsync(TimeSpan delay, string reason, CancellationToken cancellation)
    {
        if (reason != _lastReason && reason.Length > 0)
        {
            log.Information("waiting: {Reason}", reason);
            _lastReason = reason;
        }

        await Task.Delay(
            delay < ShortestWait ? ShortestWait
                : delay > LongestHold ? LongestHold
                : delay,
            time,
            cancellation
        );
    }
}
