using MathNet.Numerics.Distributions;

namespace Federated.Privacy.Accounting;

/// <summary>
/// Lower bounds on ε from a distinguishing game with a threshold fixed beforehand: an attacker sees a score, computed with or without the audited unit,
/// and says which. A bound above the claimed ε refutes the claim.
/// </summary>
public static class ThresholdAudit
{
    /// <summary>ε that any (ε, δ)-private mechanism with these errors must have (Jagielski, Ullman, Oprea 2020).</summary>
    /// <param name="falsePositives">Games without the unit in which the attacker said "with".</param>
    /// <param name="without">Games without the unit.</param>
    /// <param name="falseNegatives">Games with the unit in which the attacker said "without".</param>
    /// <param name="with">Games with the unit.</param>
    /// <param name="delta">δ in [0, 1).</param>
    /// <param name="significance">Probability that the bound is wrong, shared by both error rates; in (0, 1).</param>
    public static double Epsilon(
        long falsePositives,
        long without,
        long falseNegatives,
        long with,
        double delta,
        double significance
    )
    {
        var falsePositiveRate = BinomialBound.Upper(falsePositives, without, significance / 2);
        var falseNegativeRate = BinomialBound.Upper(falseNegatives, with, significance / 2);
        return Math.Max(0, Math.Log(Math.Max(0, 1 - falseNegativeRate - delta) / falsePositiveRate));
    }

    /// <summary>
    /// ε of the Gaussian mechanism that makes these errors: its μ is at least Φ⁻¹(1 − fpr) − Φ⁻¹(fnr) (Nasr et al. 2023, arXiv 2302.07956). Tight where the mechanism is
    /// Gaussian; use it for releases that claim to be.
    /// </summary>
    /// <inheritdoc cref="Epsilon"/>
    public static double GaussianEpsilon(
        long falsePositives,
        long without,
        long falseNegatives,
        long with,
        double delta,
        double significance
    )
    {
        var falsePositiveRate = BinomialBound.Upper(falsePositives, without, significance / 2);
        var falseNegativeRate = BinomialBound.Upper(falseNegatives, with, significance / 2);
        if (falsePositiveRate >= 1 || falseNegativeRate >= 1)
        {
            return 0;
        }

        var mu = -Normal.InvCDF(0, 1, falsePositiveRate) - Normal.InvCDF(0, 1, falseNegativeRate);
        return mu > 0 ? Accountants.Best(new GaussianEvent(1 / mu), delta).EpsilonLower : 0;
    }

    /// <summary>The largest ε that <see cref="GaussianEpsilon"/> can show with so many games: an attacker without error.</summary>
    /// <param name="games">Games of each kind.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <param name="significance">Probability that the bound is wrong; in (0, 1).</param>
    public static double GaussianCeiling(long games, double delta, double significance) =>
        GaussianEpsilon(0, games, 0, games, delta, significance);
}
