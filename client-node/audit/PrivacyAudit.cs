using Federated.Adapters;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>Puts the claim of a request to the test it asks for. Synchronous, on the training thread.</summary>
/// <param name="request">What is claimed, and how large the audit shall be.</param>
/// <param name="progress">Told the number of games played, in the kinds that play games.</param>
internal sealed class PrivacyAudit(AuditRequest request, Action<long> progress)
{
    private const int MadeUpRecords = 100;
    private const int MadeUpLength = 16;

    // It shows an observer most: what any optimizer makes of noisy gradients costs nothing. So slow that gradients stay what they are at the start.
    private OptimizerSection Observable =>
        new()
        {
            Name = "sgd",
            LearningRate = 1e-4 / (Math.Pow(request.MaxGradNorm, 2) * Math.Max(1, request.NoiseMultiplier)),
        };

    /// <summary>The subject that a request audits when it names no run.</summary>
    public AuditSubject InMemory() =>
        request.Kind switch
        {
            // Gradients far over the bound, so that a record moves the sum by all that it may.
            AuditKind.Trainer => AuditSubject.InMemory(8, 8, 1000 * request.MaxGradNorm, Observable),
            AuditKind.OneRun => AuditSubject.InMemory(32, 16, 1000 * request.MaxGradNorm, Observable),
            _ => AuditSubject.InMemory(32, 16, 16, new OptimizerSection { LearningRate = 0.02 }),
        };

    /// <summary>One release of the mechanism: clip → grid → noise → sealed bytes.</summary>
    public AuditReport Mechanism(CancellationToken cancellation)
    {
        var claim = new MechanismClaim
        {
            NoiseMultiplier = request.NoiseMultiplier,
            MaxGradNorm = request.MaxGradNorm,
            ExpectedBatchSize = request.ExpectedBatchSize,
            Dimension = request.Dimension,
            Delta = request.Delta,
        };
        var layout = AdapterLayout.For(
            [new LinearShape("audit", 1, request.Dimension)],
            new AdapterOptions(1, 1, LoraScaling.Lora, ["audit"], 0)
        );
        using var source = request.Noise.Open(0);
        var game = 0L;
        var result = MechanismAudit.Run(
            claim,
            request.Size,
            request.Significance,
            (sum, _) =>
            {
                source.BeginStep(game++);
                return AuditedTrainer.Observed(layout, request.Noise.Release(sum, claim, source).Values)[0];
            },
            progress,
            cancellation
        );
        return new AuditReport(request, $"one release of {request.Dimension} numbers", result)
        {
            Details = new Dictionary<string, double> { ["games"] = 2.0 * request.Size },
        };
    }

    /// <summary>The kinds that train.</summary>
    /// <param name="subject">What is trained.</param>
    /// <param name="random">Coins and made-up records: uniform 64-bit words.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public AuditReport Training(AuditSubject subject, Func<ulong> random, CancellationToken cancellation)
    {
        var optimizer = request.Kind == AuditKind.Membership ? null : Observable;
        var trainer = subject.Trainer(request, optimizer);
        var silent = subject.Trainer(request with { Noise = request.Noise.LeftOut }, optimizer);
        float[] Train(ITrainingRecords records, long repetition) => trainer.Train(records, repetition, cancellation);
        float[] Reference(ITrainingRecords records, long repetition) => silent.Train(records, repetition, cancellation);
        ITrainingRecords Records(int madeUp) =>
            subject.Records
            ?? (ITrainingRecords)
                new RecordsInMemory([
                    .. Enumerable
                        .Range(0, madeUp)
                        .Select(_ => MadeUpRecord.Of(subject.Adapter.Model, random, MadeUpLength)),
                ]);

        return request.Kind switch
        {
            AuditKind.Trainer => TrainerAudit.Run(
                request,
                subject.Description,
                Train,
                Reference,
                progress,
                cancellation
            ),
            AuditKind.OneRun => CanaryAudit.Run(
                request,
                subject,
                Records(MadeUpRecords),
                Train,
                Reference,
                random,
                cancellation
            ),
            AuditKind.Membership => LossAudit.Run(
                request,
                subject,
                Records(request.Size),
                Others(subject, random),
                Train,
                Reference,
                cancellation
            ),
            var other => throw new ArgumentException($"kind {other} does not train"),
        };
    }

    private List<TextRecord> Others(AuditSubject subject, Func<ulong> random) =>
        subject.Records is { } records
            ? [.. Enumerable.Range(0, Math.Min(request.Size, records.HeldOutCount)).Select(i => records.HeldOut(i))]
            :
            [
                .. Enumerable
                    .Range(0, request.Size)
                    .Select(_ => MadeUpRecord.Of(subject.Adapter.Model, random, MadeUpLength)),
            ];
}
