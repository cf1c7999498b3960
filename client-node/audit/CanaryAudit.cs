using Federated.Privacy.Accounting;
using static TorchSharp.torch;

namespace Federated.ClientNode;

/// <summary>
/// The audit of one training run (Steinke, Nasr, Jagielski 2023, arXiv 2305.08846): m canaries join the records by a fair coin each, the trainer runs once, and an attacker who sees the
/// update guesses the coins of those that he is surest of.
/// </summary>
/// <remarks>
/// Far from tight, since every canary is hidden by all others as well; but it is the real run on the real records. The canaries are random texts or images, in memory only. The
/// attacker knows everything but the coins: model, records' gradients, canaries.
/// </remarks>
internal static class CanaryAudit
{
    /// <summary>The largest number of canaries.</summary>
    public const int MostCanaries = 20_000;

    private const int KnownRecords = 256;
    private const int CanaryLength = 32;

    /// <summary>Runs the audit.</summary>
    /// <param name="request">Claim, canaries and guesses.</param>
    /// <param name="subject">What is trained.</param>
    /// <param name="owner">The records that the canaries join.</param>
    /// <param name="train">The trainer under audit.</param>
    /// <param name="reference">The same trainer without noise.</param>
    /// <param name="random">Coins and canaries: uniform 64-bit words.</param>
    /// <param name="cancellation">Stops between pieces of work.</param>
    /// <exception cref="AuditTooSmallException">The claim is over half of what so many canaries can show.</exception>
    public static AuditReport Run(
        AuditRequest request,
        AuditSubject subject,
        ITrainingRecords owner,
        Func<ITrainingRecords, long, float[]> train,
        Func<ITrainingRecords, long, float[]> reference,
        Func<ulong> random,
        CancellationToken cancellation
    )
    {
        var canaries = request.Size;
        var claimed = request.ClaimedEpsilon;
        var ceiling = AuditPower.Require(claimed, canaries, size => Ceiling(request, (int)size), MostCanaries);
        var made = Enumerable
            .Range(0, canaries)
            .Select(_ => MadeUpRecord.Of(subject.Adapter.Model, random, CanaryLength))
            .ToList();
        var coins = Enumerable.Range(0, canaries).Select(_ => (random() & 1) == 1).ToList();
        var records = new RecordsInMemory([.. made.Where((_, i) => coins[i])], owner);
        using var scope = NewDisposeScope();
        var (own, known) = Gradients(request, subject, owner, made, cancellation);
        int Correct(float[] update) => Right(CanaryAttack.Scores(own, known, update), coins, request.Guesses);
        double Shown(int correct) =>
            OneRunAudit.Epsilon(canaries, request.Guesses, correct, request.Delta, request.Significance);

        var correct = Correct(train(records, 0));
        return new AuditReport(request, subject.Description, new AuditResult(claimed, Shown(correct), ceiling))
        {
            ShownWithoutNoise = Shown(Correct(reference(records, 0))),
            Details = new Dictionary<string, double>
            {
                ["canaries"] = canaries,
                ["guesses"] = request.Guesses,
                ["correct"] = correct,
                ["epsilonAgainstGaussianClaim"] = OneRunGaussianAudit.Epsilon(
                    canaries,
                    request.Guesses,
                    correct,
                    request.Delta,
                    request.Significance
                ),
            },
        };
    }

    // The highest scores are guessed as members, the lowest as others; of those between, the attacker says nothing.
    private static int Right(double[] scores, List<bool> coins, int guesses)
    {
        var order = Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).ToList();
        var asMembers = (guesses + 1) / 2;
        return order.Take(asMembers).Count(i => coins[i]) + order.TakeLast(guesses - asMembers).Count(i => !coins[i]);
    }

    // The same share of guesses, all right.
    private static double Ceiling(AuditRequest request, int canaries)
    {
        var guesses = (int)Math.Max(1, (long)request.Guesses * canaries / request.Size);
        return OneRunAudit.Epsilon(canaries, guesses, guesses, request.Delta, request.Significance);
    }

    private static (Tensor Canaries, Tensor Known) Gradients(
        AuditRequest request,
        AuditSubject subject,
        ITrainingRecords owner,
        List<TextRecord> canaries,
        CancellationToken cancellation
    )
    {
        Tensor Of(IReadOnlyList<TextRecord> records) =>
            RecordGradients.Clipped(subject, records, request.MaxGradNorm, cancellation);
        var count = Math.Min(KnownRecords, owner.TrainingCount);
        // From all over the file.
        var known = Enumerable.Range(0, count).Select(i => (int)((long)i * owner.TrainingCount / count));
        return (Of(canaries), Of([.. known.Select(owner.Training)]));
    }
}
