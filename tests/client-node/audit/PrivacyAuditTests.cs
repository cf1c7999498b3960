using Federated.Privacy.Accounting;

namespace Federated.ClientNode.Tests;

/// <summary>Each audit stands with the node's own mechanism and trainer, and fails when the noise is left out.</summary>
[Collection(Alone.Name)] // tensors
public sealed class PrivacyAuditTests
{
    private static readonly AuditNoise Seeded = AuditNoise.Seeded(5);

    [Fact]
    public void The_mechanism_from_clip_to_sealed_bytes_stands_and_shows_nearly_all_of_its_claim()
    {
        var report = Run(Request(AuditKind.Mechanism, 4000));

        Assert.True(report.Result.Holds, $"{report.Result}");
        Assert.InRange(report.Result.Share, 0.7, 1);
    }

    [Fact]
    public void The_whole_trainer_stands_and_shows_a_good_part_of_its_claim()
    {
        var report = Run(Request(AuditKind.Trainer, 600));

        Assert.True(report.Result.Holds, $"{report.Result}");
        Assert.InRange(report.Result.Share, 0.25, 1);
    }

    [Fact]
    public void The_trainer_of_the_audit_has_under_1000_parameters()
    {
        using var subject = new PrivacyAudit(Request(AuditKind.Trainer, 2), _ => { }).InMemory();

        Assert.InRange(subject.Adapter.Layout.Count, 100, 999);
    }

    [Fact]
    public void Several_steps_are_one_larger_release()
    {
        var report = Run(Request(AuditKind.Trainer, 500) with { Steps = 4, NoiseMultiplier = 2 });

        // μ = √4 ÷ 2, as one step of σ = 1.
        Assert.Equal(Accountants.Best(new GaussianEvent(1), 1e-5).Epsilon, report.Result.ClaimedEpsilon, 1e-6);
        Assert.True(report.Result.Holds, $"{report.Result}");
        Assert.InRange(report.Result.Share, 0.2, 1);
    }

    [Fact]
    public void Half_the_noise_in_the_trainer_is_found()
    {
        var claimed = Request(AuditKind.Trainer, 400);
        using var subject = new PrivacyAudit(claimed, _ => { }).InMemory();
        var weaker = subject.Trainer(claimed with { NoiseMultiplier = 0.5 });
        var silent = subject.Trainer(claimed with { Noise = Seeded.LeftOut });

        var report = TrainerAudit.Run(
            claimed,
            "",
            (records, repetition) => weaker.Train(records, repetition, TestContext.Current.CancellationToken),
            (records, repetition) => silent.Train(records, repetition, TestContext.Current.CancellationToken),
            _ => { },
            TestContext.Current.CancellationToken
        );

        Assert.False(report.Result.Holds, $"{report.Result}");
    }

    [Fact]
    public void Canaries_in_one_run_stand_and_would_notice_missing_noise()
    {
        var report = Run(Request(AuditKind.OneRun, 160));

        Assert.True(report.Result.Holds, $"{report.Result}");
        Assert.True(report.NoticesMissingNoise, $"{report.ShownWithoutNoise}");
        Assert.InRange(report.Details["correct"], 1, 80);
    }

    [Fact]
    public void Losses_after_one_run_stand_and_would_notice_missing_noise()
    {
        var report = Run(Request(AuditKind.Membership, 80));

        Assert.True(report.Result.Holds, $"{report.Result}");
        Assert.True(report.NoticesMissingNoise, $"{report.ShownWithoutNoise}");
        Assert.InRange(report.Details["areaUnderCurve"], 0.3, 0.8);
        Assert.InRange(report.Details["boundAt0.01"], 0.01, 0.02);
    }

    [Theory]
    [InlineData(AuditKind.Mechanism, 300)]
    [InlineData(AuditKind.Trainer, 100)]
    [InlineData(AuditKind.OneRun, 160)]
    [InlineData(AuditKind.Membership, 80)]
    internal void Without_noise_every_audit_fails(AuditKind kind, int size)
    {
        var report = Run(Request(kind, size) with { Noise = Seeded.LeftOut });

        Assert.False(report.Result.Holds, $"{report.Result}");
        Assert.False(report.Request.Noise.IsPrivate);
    }

    [Theory]
    [InlineData(AuditKind.Mechanism, 10)]
    [InlineData(AuditKind.Trainer, 10)]
    [InlineData(AuditKind.OneRun, 4)]
    [InlineData(AuditKind.Membership, 4)]
    internal void An_audit_that_could_not_find_anything_is_refused_before_it_trains(AuditKind kind, int size) =>
        Assert.Throws<AuditTooSmallException>(() => Run(Request(kind, size)));

    [Fact]
    public void The_same_seed_shows_the_same()
    {
        var request = Request(AuditKind.Trainer, 80);

        Assert.Equal(Run(request).Details, Run(request).Details);
    }

    [Fact]
    public void Canaries_are_told_apart_by_their_gradients_and_not_taken_for_other_records()
    {
        using var canaries = TorchSharp.torch.eye(3, 8).to(TorchSharp.torch.float64);
        using var others = TorchSharp.torch.ones(1, 8).to(TorchSharp.torch.float64);
        // Canaries 0 and 2 were drawn, and ten times the other record.
        float[] update = [-11, -10, -11, -10, -10, -10, -10, -10];

        var scores = CanaryAttack.Scores(canaries, others, update);

        Assert.Equal([1.0, 0.0, 1.0], scores.Select(score => Math.Round(score, 1) + 0.0));
    }

    private static AuditReport Run(AuditRequest request)
    {
        var audit = new PrivacyAudit(request, _ => { });
        if (request.Kind == AuditKind.Mechanism)
        {
            return audit.Mechanism(TestContext.Current.CancellationToken);
        }

        var random = new Random(7);
        using var subject = audit.InMemory();
        return audit.Training(
            subject,
            () => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
            TestContext.Current.CancellationToken
        );
    }

    private static AuditRequest Request(AuditKind kind, int size) =>
        new()
        {
            Kind = kind,
            NoiseMultiplier = kind switch
            {
                AuditKind.OneRun => 8,
                AuditKind.Membership => 30,
                _ => 1,
            },
            MaxGradNorm = 1,
            ExpectedBatchSize = 4,
            Delta = 1e-5,
            SamplingRate = kind switch
            {
                AuditKind.OneRun => 0.5,
                AuditKind.Membership => 0.3,
                _ => 1,
            },
            Steps = kind switch
            {
                AuditKind.OneRun => 15,
                AuditKind.Membership => 150,
                _ => 1,
            },
            Dimension = 8,
            Size = size,
            Guesses = Math.Max(1, size / 2),
            Significance = kind is AuditKind.Mechanism or AuditKind.Trainer ? 1e-6 : 0.01,
            Noise = Seeded,
        };
}
