using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>
/// The distinguishing game against the whole trainer: sample → per-example gradients → clip → noise → optimizer → sealed bytes, with one record in or out, many times.
/// </summary>
/// <remarks>
/// The score is the update's component along the direction in which the record moves it without noise; direction and threshold come from two runs without noise
/// and are fixed before the games. q = 1 and a small learning rate, so that the record moves every step alike: k steps are then nearly one Gaussian release of μ = √k ÷ σ, and the
/// attack has nearly all that there is to find.
/// </remarks>
internal static class TrainerAudit
{
    private static readonly TextRecord Canary = new("the canary sings", null);

    private static readonly TextRecord[] Others = [new("a plain record", null), new("another record", null)];

    /// <summary>Plays the games.</summary>
    /// <param name="request">Claim and size.</param>
    /// <param name="subject">What is trained, for people.</param>
    /// <param name="train">The trainer under audit: records and repetition → Δ.</param>
    /// <param name="reference">The same trainer without noise.</param>
    /// <param name="gameDone">Told the number of games played of 2 × size.</param>
    /// <param name="cancellation">Stops between games.</param>
    /// <exception cref="AuditTooSmallException">The claim is over half of what so many games can show.</exception>
    public static AuditReport Run(
        AuditRequest request,
        string subject,
        Func<ITrainingRecords, long, float[]> train,
        Func<ITrainingRecords, long, float[]> reference,
        Action<long> gameDone,
        CancellationToken cancellation
    )
    {
        var claimed = request.ClaimedEpsilon;
        var ceiling = AuditPower.Require(
            claimed,
            request.Size,
            size => ThresholdAudit.GaussianCeiling(size, request.Delta, request.Significance)
        );
        var without = new RecordsInMemory(Others);
        var with = new RecordsInMemory([Canary], without);
        var (direction, threshold) = Attack(reference(without, 0), reference(with, 0));
        long falsePositives = 0;
        long falseNegatives = 0;
        for (var game = 0; game < request.Size; game++)
        {
            cancellation.ThrowIfCancellationRequested();
            falsePositives += Dot(train(without, 2L * game), direction) > threshold ? 1 : 0;
            falseNegatives += Dot(train(with, (2L * game) + 1), direction) > threshold ? 0 : 1;
            gameDone(2L * (game + 1));
        }

        var shown = ThresholdAudit.GaussianEpsilon(
            falsePositives,
            request.Size,
            falseNegatives,
            request.Size,
            request.Delta,
            request.Significance
        );
        return new AuditReport(request, subject, new AuditResult(claimed, shown, ceiling))
        {
            Details = new Dictionary<string, double>
            {
                ["games"] = 2.0 * request.Size,
                ["falsePositives"] = falsePositives,
                ["falseNegatives"] = falseNegatives,
            },
        };
    }

    private static (double[] Direction, double Threshold) Attack(float[] without, float[] with)
    {
        var direction = with.Zip(without, (a, b) => (double)a - b).ToArray();
        var length = Math.Sqrt(direction.Sum(x => x * x));
        if (!(length > 0))
        {
            throw new InvalidOperationException(
                "the canary does not move the trainer even without noise: nothing is audited"
            );
        }

        for (var i = 0; i < direction.Length; i++)
        {
            direction[i] /= length;
        }

        return (direction, (Dot(with, direction) + Dot(without, direction)) / 2);
    }

    private static double Dot(float[] values, double[] direction)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            sum += values[i] * direction[i];
        }

        return sum;
    }
}
