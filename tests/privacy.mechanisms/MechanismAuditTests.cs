namespace Federated.Privacy.Mechanisms.Tests;

public sealed class MechanismAuditTests
{
    private const int Games = 8000;

    [Fact]
    public void The_production_path_stands_and_does_not_add_more_noise_than_it_claims()
    {
        using var noise = Some.Noise(21);
        var result = Audit((sum, divisor) => GaussianMechanism.Release(sum, 1, divisor, noise));
        Assert.True(result.Holds, $"{result}");
        Assert.InRange(result.Share, 0.8, 1);
    }

    [Fact]
    public void Without_noise_it_fails()
    {
        var result = Audit(NonPrivateMechanism.Release);
        Assert.False(result.Holds, $"{result}");
        Assert.Equal(result.Ceiling, result.ShownEpsilon);
    }

    [Fact]
    public void With_a_fifth_less_noise_it_fails()
    {
        using var noise = Some.Noise(22);
        var result = Audit((sum, divisor) => GaussianMechanism.Release(sum, 0.8, divisor, noise));
        Assert.False(result.Holds, $"{result}");
    }

    [Fact]
    public void A_claim_beyond_what_the_games_can_show_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            MechanismAudit.Run(
                0.2,
                1,
                1e-5,
                1000,
                1e-6,
                NonPrivateMechanism.Release,
                TestContext.Current.CancellationToken
            )
        );

    private static AuditResult Audit(Func<ClippedSum, double, NoisyGradient> release) =>
        MechanismAudit.Run(1, 0.7, 1e-5, Games, 1e-6, release, TestContext.Current.CancellationToken);
}
