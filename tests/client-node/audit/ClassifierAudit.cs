namespace Federated.ClientNode.Tests;

/// <summary>Audits of a run whose model takes records with labels: small, and with enough power to fail without noise.</summary>
internal static class ClassifierAudit
{
    public static void StandsAndFailsWithoutNoise(TrainingUnderTest node)
    {
        var claim = new AuditRequest
        {
            Kind = AuditKind.OneRun,
            NoiseMultiplier = 60,
            MaxGradNorm = 1,
            ExpectedBatchSize = 16,
            Delta = 1e-5,
            // Every record in the one step: nothing is left to chance but the seeded noise and coins.
            SamplingRate = 1,
            Steps = 1,
            Dimension = 16,
            Size = 60,
            Guesses = 44,
            Significance = 0.01,
            Noise = AuditNoise.Seeded(1),
        };

        var report = node.Audit(claim);
        Assert.True(report.Result.Holds, $"{report.Result}");
        Assert.True(report.NoticesMissingNoise, $"{report.ShownWithoutNoise}");
        Assert.False(node.Audit(claim with { Noise = claim.Noise.LeftOut }).Result.Holds);

        var losses = node.Audit(
            claim with
            {
                Kind = AuditKind.Membership,
                Steps = 2,
                SamplingRate = 0.1,
                NoiseMultiplier = 40,
                Size = 8,
                Significance = 0.4,
            }
        );
        Assert.InRange(losses.Details["areaUnderCurve"], 0, 1);
        Assert.InRange(losses.Details["boundAt0.01"], 0.01, 0.1);
    }
}
