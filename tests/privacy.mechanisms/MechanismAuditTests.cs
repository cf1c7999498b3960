using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms.Tests;

public sealed class MechanismAuditTests
{
    private const int Games = 8000;

    private static readonly MechanismClaim Claim = new() { NoiseMultiplier = 1, MaxGradNorm = 0.7 };

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
    public void Twice_the_noise_holds_and_is_seen()
    {
        using var noise = Some.Noise(23);
        var result = Audit((sum, divisor) => GaussianMechanism.Release(sum, 2, divisor, noise));
        Assert.True(result.Holds && result.Share < 0.5, $"{result}");
    }

    [Fact]
    public void A_claim_beyond_what_the_games_can_show_is_refused_with_the_number_that_can()
    {
        var claim = Claim with { NoiseMultiplier = 0.3 };
        var error = Assert.Throws<AuditTooSmallException>(() => Audit(NonPrivateMechanism.Release, claim, 1000));
        var needed = int.Parse(
            error.Message.Split("it takes size ")[1].Split(',')[0],
            System.Globalization.CultureInfo.InvariantCulture
        );
        Assert.True(ThresholdAudit.GaussianCeiling(needed, claim.Delta, 1e-6) >= 2 * claim.Epsilon, error.Message);
    }

    [Fact]
    public void Every_game_is_told_and_can_be_the_last()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            MechanismAudit.Run(
                Claim,
                Games,
                1e-6,
                (sum, divisor) => NonPrivateMechanism.Release(sum, divisor).Values[0],
                played =>
                {
                    if (played == 6)
                    {
                        stop.Cancel();
                    }

                    Assert.InRange(played, 0, 6);
                },
                stop.Token
            )
        );
    }

    private static AuditResult Audit(
        Func<ClippedSum, double, NoisyGradient> release,
        MechanismClaim? claim = null,
        int games = Games
    ) =>
        MechanismAudit.Run(
            claim ?? Claim,
            games,
            1e-6,
            (sum, divisor) => release(sum, divisor).Values[0],
            cancellation: TestContext.Current.CancellationToken
        );
}
