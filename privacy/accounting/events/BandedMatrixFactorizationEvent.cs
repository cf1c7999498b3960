namespace Federated.Privacy.Accounting;

/// <summary>
/// All releases of DP-FTRL with a banded Toeplitz strategy: noise of standard deviation noiseMultiplier × maxGradNorm on C·gradients, C the square root
/// of the prefix sum, cut to some bands. No sampling.
/// </summary>
/// <remarks>
/// Choquette-Choo et al. 2023 (arXiv 2306.08153): when two participations of one unit lie at least <c>bands</c> steps apart, the columns of C that it touches do not
/// overlap, and the sensitivity is the largest column norm × √participations; exact. One Gaussian release. Neighbouring: one unit's contributions set to zero.
/// With cyclic Poisson sampling instead of fixed participations see <see cref="Amplified"/>.
/// </remarks>
public sealed record BandedMatrixFactorizationEvent : PrivacyEvent
{
    private const int MostBands = 1 << 20;

    /// <summary>Creates the event.</summary>
    /// <param name="noiseMultiplier">Noise standard deviation ÷ L2 bound of one contribution; finite and &gt; 0.</param>
    /// <param name="steps">n ≥ 1.</param>
    /// <param name="bands">In [1, 2²⁰]; 1 is independent noise in each step.</param>
    /// <param name="maxParticipations">Steps that one unit takes part in, at most; ≥ 1.</param>
    /// <param name="minSeparation">Distance of two participations of one unit, at least; ≥ bands if there is more than one participation.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public BandedMatrixFactorizationEvent(
        double noiseMultiplier,
        long steps,
        int bands,
        long maxParticipations,
        long minSeparation
    )
    {
        NoiseMultiplier = PrivacyArgument.NoiseMultiplier(noiseMultiplier);
        Steps = PrivacyArgument.AtLeastOne(steps, nameof(steps));
        Bands = (int)PrivacyArgument.AtLeastOne(bands, nameof(bands));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bands, MostBands);
        MaxParticipations = PrivacyArgument.AtLeastOne(maxParticipations, nameof(maxParticipations));
        MinSeparation =
            maxParticipations == 1 || minSeparation >= bands
                ? minSeparation
                : throw new ArgumentOutOfRangeException(
                    nameof(minSeparation),
                    minSeparation,
                    $"minSeparation = {minSeparation}; expected at least bands = {bands}, or maxParticipations = 1"
                );
    }

    /// <summary>Noise standard deviation ÷ L2 bound of one contribution.</summary>
    public double NoiseMultiplier { get; }

    /// <summary>n.</summary>
    public long Steps { get; }

    /// <summary>Non-zero diagonals of the strategy.</summary>
    public int Bands { get; }

    /// <summary>Steps that one unit takes part in, at most.</summary>
    public long MaxParticipations { get; }

    /// <summary>Distance of two participations of one unit, at least.</summary>
    public long MinSeparation { get; }

    /// <summary>The L2 sensitivity of C·gradients, in units of one contribution's bound.</summary>
    public double Sensitivity => ColumnNorm(Steps, Bands) * Math.Sqrt(MaxParticipations);

    /// <summary>The noise multiplier of the one Gaussian release that all steps are.</summary>
    public double EffectiveNoiseMultiplier => NoiseMultiplier / Sensitivity;

    /// <summary>
    /// Cyclic Poisson sampling (same paper, theorem 4): the units are split into <paramref name="bands"/> fixed groups; in each step each unit of the step's group
    /// joins with probability <paramref name="samplingRate"/>. It costs what ⌈steps ÷ bands⌉ sampled Gaussian steps cost.
    /// </summary>
    /// <param name="noiseMultiplier">Noise standard deviation ÷ (L2 bound × column norm); finite and &gt; 0.</param>
    /// <param name="steps">n ≥ 1.</param>
    /// <param name="bands">≥ 1.</param>
    /// <param name="samplingRate">Within a group; in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static PrivacyEvent Amplified(double noiseMultiplier, long steps, int bands, double samplingRate)
    {
        PrivacyArgument.AtLeastOne(steps, nameof(steps));
        PrivacyArgument.AtLeastOne(bands, nameof(bands));
        var rounds = (steps / bands) + (steps % bands == 0 ? 0 : 1);
        return new RepeatedEvent(new PoissonSampledGaussianEvent(samplingRate, noiseMultiplier), rounds);
    }

    /// <summary>The L2 norm of C's first column, its largest: coefficients binom(2k, k) ÷ 4ᵏ.</summary>
    /// <param name="steps">n ≥ 1.</param>
    /// <param name="bands">≥ 1.</param>
    public static double ColumnNorm(long steps, int bands)
    {
        var (square, coefficient) = (0.0, 1.0);
        for (var k = 0L; k < Math.Min(steps, bands); k++)
        {
            square += coefficient * coefficient;
            coefficient *= ((2 * k) + 1) / (2.0 * (k + 1));
        }

        return Math.Sqrt(square);
    }
}
