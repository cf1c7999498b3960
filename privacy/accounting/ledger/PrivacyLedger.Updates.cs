namespace Federated.Privacy.Accounting;

// What happens under a plan: sealed, received, over.
public sealed partial class PrivacyLedger
{
    /// <summary>Records the final bytes of one update before they are sent. The same digest for the same base again returns the entry that exists.</summary>
    /// <param name="reservationId">Of <see cref="Reserve"/>.</param>
    /// <param name="updateDigest">SHA-256 of the bytes.</param>
    /// <param name="baseVersion">The version that training started from; ≥ 0.</param>
    /// <param name="stepsDone">Noised steps inside; ≥ 0.</param>
    /// <param name="metrics">Noised metrics that travel with it: 0 or 1.</param>
    /// <exception cref="LedgerConflictException">
    /// No such reservation, an expired one, or other bytes are sealed for this base: training twice from one base would average the noise away.
    /// </exception>
    /// <exception cref="PrivacyBudgetExceededException">More steps or metrics than the plan has.</exception>
    public SealedEntry Seal(
        string reservationId,
        string updateDigest,
        long baseVersion,
        long stepsDone,
        int metrics = 0
    )
    {
        LedgerDigest.Check(updateDigest, nameof(updateDigest));
        ArgumentOutOfRangeException.ThrowIfNegative(baseVersion);
        ArgumentOutOfRangeException.ThrowIfNegative(stepsDone);
        ArgumentOutOfRangeException.ThrowIfNegative(metrics);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(metrics, 1);
        lock (_gate)
        {
            RefuseIfRolledBack();
            var reservation = Existing(reservationId);
            if (reservation.SealedFor(baseVersion) is { } earlier)
            {
                return
                    earlier.UpdateDigest == updateDigest && earlier.StepsDone == stepsDone && earlier.Metrics == metrics
                    ? earlier
                    : throw new LedgerConflictException(
                        $"base version {baseVersion} is sealed with update {earlier.UpdateDigest}; send those bytes again instead of training twice"
                    );
            }

            if (reservation.WhyOver is { } over)
            {
                throw new LedgerConflictException($"the plan {over}; nothing more can be sealed under it");
            }

            var plan = reservation.Entry.Plan;
            if (stepsDone > plan.Steps - reservation.StepsDone)
            {
                throw new PrivacyBudgetExceededException(
                    plan.Source,
                    "steps",
                    reservation.StepsDone,
                    stepsDone,
                    plan.Steps,
                    "the plan's steps are used up; a new run needs a new reservation"
                );
            }

            var releases = plan.Metrics?.Releases ?? 0;
            if (metrics > releases - reservation.MetricsDone)
            {
                throw new PrivacyBudgetExceededException(
                    plan.Source,
                    "metrics",
                    reservation.MetricsDone,
                    metrics,
                    releases,
                    "the plan's metrics are used up; a new run needs a new reservation"
                );
            }

            return Append(
                new SealedEntry
                {
                    ReservationId = reservationId,
                    UpdateDigest = updateDigest,
                    BaseVersion = baseVersion,
                    StepsDone = stepsDone,
                    Metrics = metrics,
                }
            );
        }
    }

    /// <summary>Records the silo's receipt of a sealed update; again, it returns the entry that exists.</summary>
    /// <param name="reservationId">Of <see cref="Reserve"/>.</param>
    /// <param name="updateDigest">SHA-256 of the sealed bytes.</param>
    /// <param name="receipt">The signed receipt as text.</param>
    /// <exception cref="LedgerConflictException">No such reservation, or no such sealed update.</exception>
    public ReleasedEntry Release(string reservationId, string updateDigest, string receipt)
    {
        LedgerDigest.Check(updateDigest, nameof(updateDigest));
        ArgumentNullException.ThrowIfNull(receipt);
        lock (_gate)
        {
            var reservation = Existing(reservationId);
            if (reservation.ReleasedOf(updateDigest) is { } earlier)
            {
                return earlier;
            }

            if (reservation.Sealed.All(s => s.UpdateDigest != updateDigest))
            {
                throw new LedgerConflictException(
                    $"update {updateDigest} was never sealed under this plan; seal before sending"
                );
            }

            return Append(
                new ReleasedEntry
                {
                    ReservationId = reservationId,
                    UpdateDigest = updateDigest,
                    Receipt = receipt,
                }
            );
        }
    }

    /// <summary>Ends a plan; again, it returns the entry that exists. The charge is returned only if nothing was ever sealed under it.</summary>
    /// <param name="reservationId">Of <see cref="Reserve"/>.</param>
    /// <param name="reason">Why, for people.</param>
    /// <exception cref="LedgerConflictException">No such reservation.</exception>
    public ExpiredEntry Expire(string reservationId, string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        lock (_gate)
        {
            return Existing(reservationId).Expired
                ?? Append(new ExpiredEntry { ReservationId = reservationId, Reason = reason });
        }
    }

    /// <summary>Whether an update is sealed under a plan; false for one whose entry was lost.</summary>
    /// <param name="reservationId">Of <see cref="Reserve"/>.</param>
    /// <param name="updateDigest">SHA-256 of the sealed bytes.</param>
    public bool IsSealed(string reservationId, string updateDigest)
    {
        lock (_gate)
        {
            return _state.Find(reservationId)?.Sealed.Any(s => s.UpdateDigest == updateDigest) ?? false;
        }
    }

    /// <summary>Why nothing more can be sealed under a plan; null while it can.</summary>
    /// <param name="reservationId">Of <see cref="Reserve"/>.</param>
    /// <exception cref="LedgerConflictException">No such reservation.</exception>
    public string? WhyOver(string reservationId)
    {
        lock (_gate)
        {
            return Existing(reservationId).WhyOver;
        }
    }
}
