using Federated.Privacy.Accounting;
using static TorchSharp.torch;

namespace Federated.Privacy.Mechanisms;

/// <summary>
/// Plays the distinguishing game against the real path of a step: fixed per-example gradients with and without one unit → clip → grid → release.
/// It finds a missing or halved noise, a mean where a sum belongs, a NaN that passes, noise used twice, a norm in too little precision.
/// </summary>
/// <remarks>
/// The audited unit's gradient points at one coordinate, far beyond the bound; the score is the released value there, and the threshold, the middle, is fixed
/// beforehand. q = 1, one release: the claim is that of the plain Gaussian mechanism, and the score has no more to show than it, so that many
/// games show nearly the whole ε. Nasr et al. 2023, arXiv 2302.07956.
/// </remarks>
public static class MechanismAudit
{
    // Of the first unit's norm bound, at the audited coordinate.
    private const double Others = 0.3;

    /// <summary>Runs the game.</summary>
    /// <param name="claim">What is claimed.</param>
    /// <param name="games">Games of each kind; 1e5 or more for a result within 10 % (1e6 if the noise multiplier exceeds 2).</param>
    /// <param name="significance">The probability of accusing a right mechanism; 1e-6 is usual.</param>
    /// <param name="observe">The path under audit: from the clipped sum and the public divisor to what an observer reads at coordinate 0.</param>
    /// <param name="gameDone">Told the number of games played of 2 × <paramref name="games"/>.</param>
    /// <param name="cancellation">Stops between games.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    /// <exception cref="AuditTooSmallException">The claim is over half of what so many games can show.</exception>
    public static AuditResult Run(
        MechanismClaim claim,
        int games,
        double significance,
        Func<ClippedSum, double, float> observe,
        Action<long>? gameDone = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(observe);
        ArgumentOutOfRangeException.ThrowIfLessThan(games, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(claim.Dimension, 3, "dimension");
        var claimed = claim.Epsilon;
        var ceiling = AuditPower.Require(
            claimed,
            games,
            size => ThresholdAudit.GaussianCeiling(size, claim.Delta, significance)
        );

        using var without = Gradients(claim, withUnit: false);
        using var with = Gradients(claim, withUnit: true);
        var threshold = (Others + 0.5) * claim.MaxGradNorm / claim.ExpectedBatchSize;
        var (falsePositives, falseNegatives) = (0, 0);
        for (var game = 0; game < games; game++)
        {
            cancellation.ThrowIfCancellationRequested();
            falsePositives += Score(without, claim, observe) > threshold ? 1 : 0;
            falseNegatives += Score(with, claim, observe) > threshold ? 0 : 1;
            gameDone?.Invoke(2L * (game + 1));
        }

        var shown = ThresholdAudit.GaussianEpsilon(
            falsePositives,
            games,
            falseNegatives,
            games,
            claim.Delta,
            significance
        );
        return new AuditResult(claimed, shown, ceiling);
    }

    // The other units are the same in every game: one within the bound, one that is not finite, one far over the bound at another coordinate.
    private static Tensor Gradients(MechanismClaim claim, bool withUnit)
    {
        using var scope = NewDisposeScope();
        var rows = zeros(withUnit ? 4 : 3, claim.Dimension);
        rows[0, 0] = Others;
        rows[0, 1] = -0.2;
        rows[0, 2] = 0.1;
        rows[1, 0] = float.NaN;
        rows[2, 1] = 40;
        if (withUnit)
        {
            rows[3, 0] = 10;
        }

        return (rows * tensor(claim.MaxGradNorm)).MoveToOuterDisposeScope();
    }

    private static float Score(Tensor gradients, MechanismClaim claim, Func<ClippedSum, double, float> observe)
    {
        var count = (int)gradients.shape[0];
        var batch = new PoissonBatch([.. Enumerable.Range(0, count)], samplingRate: 1, isPrivate: true);
        var clipper = new GradientClipper(batch, claim.Dimension, claim.MaxGradNorm);
        clipper.Clip(gradients);
        using var sum = clipper.Complete();
        return observe(sum, claim.ExpectedBatchSize);
    }
}
