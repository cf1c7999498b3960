using System.Globalization;

namespace Federated.Privacy.Accounting;

/// <summary>Splits one noise multiplier between a gradient and the noisy count that adapts its bound (Andrew, Thakkar, McMahan, Ramaswamy 2021, theorem 1).</summary>
public static class AdaptiveClippingBudget
{
    /// <summary>
    /// The multiplier for the gradient so that gradient and count together cost one Gaussian release of <paramref name="noiseMultiplier"/>:
    /// (z⁻² − (2σ_b)⁻²)^−½.
    /// </summary>
    /// <param name="noiseMultiplier">z, what the pair shall cost; &gt; 0.</param>
    /// <param name="countNoise">σ_b, standard deviation of the noise on the count of units within the bound; &gt; z/2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count's noise is too small for the pair to cost so little.</exception>
    public static double GradientNoiseMultiplier(double noiseMultiplier, double countNoise)
    {
        PrivacyArgument.NoiseMultiplier(noiseMultiplier);
        PrivacyArgument.PositiveFinite(countNoise, nameof(countNoise));
        var share = noiseMultiplier / (2 * countNoise);
        return share < 1
            ? noiseMultiplier / Math.Sqrt((1 - share) * (1 + share))
            : throw new ArgumentOutOfRangeException(
                nameof(countNoise),
                countNoise,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"countNoise = {countNoise}; expected more than half of noiseMultiplier = {noiseMultiplier}"
                )
            );
    }
}
