using System.Globalization;
using Federated.Privacy.Accounting;
using static TorchSharp.torch;

namespace Federated.Privacy.Mechanisms;

/// <summary>
/// Plays the distinguishing game against the real path of a step: fixed per-example gradients with and without one unit → clip → grid → release.
/// It finds a missing or halved noise, a mean where a sum belongs, a NaN that passes, noise used twice, a norm in too little precision.
/// </summary>
/// <remarks>
/// The audited unit's gradient points at one coordinate, at the bound or beyond; the score is the released value there, and the threshold, the middle, is fixed
/// beforehand. q = 1, one release: the claim is that of the plain Gaussian mechanism. Nasr et al. 2023, arXiv 2302.07956.
/// </remarks>
public static class MechanismAudit
{
    private const int Dimension = 3;
    private const double ExpectedBatchSize = 4;

    /// <summary>Runs the game.</summary>
    /// <param name="noiseMultiplier">The claimed noise multiplier.</param>
    /// <param name="maxGradNorm">C.</param>
    /// <param name="delta">δ of the claim.</param>
    /// <param name="games">Games of each kind; 1e5 or more for a result within 10 % (1e6 if the noise multiplier exceeds 2).</param>
    /// <param name="significance">The probability of accusing a right mechanism; 1e-6 is usual.</param>
    /// <param name="release">The path under audit; the second argument is the public divisor.</param>
    /// <param name="cancellation">Stops between games.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range, or the claim is over half of what so many games can show.</exception>
    public static AuditResult Run(
        double noiseMultiplier,
        double maxGradNorm,
        double delta,
        int games,
        double significance,
        Func<ClippedSum, double, NoisyGradient> release,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentOutOfRangeException.ThrowIfLessThan(games, 1);
        var claimed = Accountants.Best(new GaussianEvent(noiseMultiplier), delta).Epsilon;
        var ceiling = ThresholdAudit.GaussianCeiling(games, delta, significance);
        if (claimed > ceiling / 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(games),
                games,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"games = {games} can show an epsilon of {ceiling:G4} at most; the claim of {claimed:G4} must be below half of that: more games, or more noise"
                )
            );
        }

        // The other units, and the audited one with ten times the allowed norm, are the same in every game.
        using var others =
            tensor(
                new[,]
                {
                    { 0.3, -0.2, 0.1 },
                    { float.NaN, 0, 0 },
                    { 0, 40, 0 },
                }
            ) * maxGradNorm;
        using var unit =
            tensor(
                new[,]
                {
                    { 10.0, 0, 0 },
                }
            ) * maxGradNorm;
        using var with = cat([others, unit]);
        var threshold = ((0.3 * maxGradNorm) + (0.5 * maxGradNorm)) / ExpectedBatchSize;
        var (falsePositives, falseNegatives) = (0, 0);
        for (var game = 0; game < games; game++)
        {
            cancellation.ThrowIfCancellationRequested();
            falsePositives += Score(others, maxGradNorm, release) > threshold ? 1 : 0;
            falseNegatives += Score(with, maxGradNorm, release) > threshold ? 0 : 1;
        }

        var shown = ThresholdAudit.GaussianEpsilon(falsePositives, games, falseNegatives, games, delta, significance);
        return new AuditResult(claimed, shown, ceiling);
    }

    private static double Score(Tensor gradients, double maxGradNorm, Func<ClippedSum, double, NoisyGradient> release)
    {
        var count = (int)gradients.shape[0];
        var batch = new PoissonBatch([.. Enumerable.Range(0, count)], samplingRate: 1, isPrivate: true);
        var clipper = new GradientClipper(batch, Dimension, maxGradNorm);
        clipper.Clip(gradients);
        using var sum = clipper.Complete();
        return release(sum, ExpectedBatchSize).Values[0];
    }
}
