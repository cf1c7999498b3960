using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>
/// Membership inference on the losses of one trained adapter: records that it was trained on lose more of their loss than records that it was not (Yeom et al. 2018, arXiv
/// 1709.01604; the loss of the base model calibrates each record, as in Watson et al. 2022, arXiv 2111.08440).
/// </summary>
/// <remarks>
/// What a user of the adapter can do. The threshold is chosen on one half of the records and judged on the other. Rates at low false positive rates are what counts (Carlini et al. 2022, arXiv
/// 2112.03570); they stand beside the bound that differential privacy leaves.
/// </remarks>
internal static class LossAudit
{
    /// <summary>Runs the audit.</summary>
    /// <param name="request">Claim, and records of each kind at most.</param>
    /// <param name="subject">What is trained.</param>
    /// <param name="members">The records that are trained on.</param>
    /// <param name="others">Records of the same kind that are not; at least two.</param>
    /// <param name="train">The trainer under audit.</param>
    /// <param name="reference">The same trainer without noise.</param>
    /// <param name="cancellation">Stops between records.</param>
    /// <exception cref="AuditTooSmallException">The claim is over half of what so many records can show.</exception>
    public static AuditReport Run(
        AuditRequest request,
        AuditSubject subject,
        ITrainingRecords members,
        IReadOnlyList<TextRecord> others,
        Func<ITrainingRecords, long, float[]> train,
        Func<ITrainingRecords, long, float[]> reference,
        CancellationToken cancellation
    )
    {
        var size = Math.Min(request.Size, Math.Min(members.TrainingCount, others.Count));
        var claimed = request.ClaimedEpsilon;
        var ceiling = AuditPower.Require(claimed, size, each => Ceiling(request, each));
        TextRecord[] known =
        [
            .. Enumerable.Range(0, size).Select(i => members.Training((int)((long)i * members.TrainingCount / size))),
        ];
        TextRecord[] unknown = [.. others.Take(size)];
        (double[] Inside, double[] Outside) Attack(float[] update) =>
            (Scores(subject, known, update, cancellation), Scores(subject, unknown, update, cancellation));

        var (inside, outside) = Attack(train(members, 0));
        var (insideWithout, outsideWithout) = Attack(reference(members, 0));
        return new AuditReport(
            request,
            subject.Description,
            new AuditResult(claimed, Shown(inside, outside, request), ceiling)
        )
        {
            ShownWithoutNoise = Shown(insideWithout, outsideWithout, request),
            Details = Rates(inside, outside, request),
        };
    }

    private static double Ceiling(AuditRequest request, long records)
    {
        var judged = records / 2;
        return ThresholdAudit.Epsilon(0, judged, 0, judged, request.Delta, request.Significance);
    }

    private static Dictionary<string, double> Rates(double[] inside, double[] outside, AuditRequest request)
    {
        var curve = new MembershipScores(inside, outside);
        var bound = new MembershipBound(request.Event);
        var details = new Dictionary<string, double>
        {
            ["members"] = inside.Length,
            ["others"] = outside.Length,
            ["areaUnderCurve"] = curve.AreaUnderCurve,
        };
        foreach (var (rate, name) in new[] { (0.001, "0.001"), (0.01, "0.01"), (0.1, "0.1") })
        {
            // As counted, without a confidence; the bound is on the true rate.
            details[$"truePositiveRateAt{name}"] = curve.TruePositiveRateAt(rate);
            details[$"boundAt{name}"] = bound.TruePositiveRateAt(rate);
        }

        return details;
    }

    private static double Shown(double[] inside, double[] outside, AuditRequest request) =>
        At(Threshold(Half(inside, 0), Half(outside, 0), request), Half(inside, 1), Half(outside, 1), request);

    // How much of its loss a record has lost by the update.
    private static double[] Scores(
        AuditSubject subject,
        IReadOnlyList<TextRecord> records,
        float[] update,
        CancellationToken cancellation
    )
    {
        var before = Losses(subject, records, new float[update.Length], cancellation);
        var after = Losses(subject, records, update, cancellation);
        return [.. before.Zip(after, (a, b) => a - b)];
    }

    private static double[] Losses(
        AuditSubject subject,
        IReadOnlyList<TextRecord> records,
        float[] update,
        CancellationToken cancellation
    )
    {
        subject.Apply(update);
        return
        [
            .. records.Select(record =>
            {
                var loss = HeldOutEvaluation.Evaluate(
                    subject.Adapter.Model,
                    [subject.Encoding.Encode(record)],
                    subject.Document.Local.MaxSequenceLength,
                    cancellation
                );
                // A text of one token predicts nothing.
                return loss.Tokens == 0 ? 0 : loss.NatsPerToken;
            }),
        ];
    }

    private static double Threshold(double[] inside, double[] outside, AuditRequest request) =>
        inside.Concat(outside).Distinct().MaxBy(threshold => At(threshold, inside, outside, request));

    private static double At(double threshold, double[] inside, double[] outside, AuditRequest request) =>
        ThresholdAudit.Epsilon(
            outside.Count(score => score >= threshold),
            outside.Length,
            inside.Count(score => score < threshold),
            inside.Length,
            request.Delta,
            request.Significance
        );

    private static double[] Half(double[] scores, int which) => [.. scores.Where((_, i) => i % 2 == which)];
}
