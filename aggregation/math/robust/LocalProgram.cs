namespace Federated.Aggregation;

/// <summary>The public constants of the local program, and what follows from them about every honest update.</summary>
/// <remarks>
/// Let T be the noisy gradients of one update, k the accumulation (T ÷ k optimizer steps), η the rate, L the expected batch size, C the clip norm, σ the noise multiplier,
/// μ the momentum, d the number of trained parameters and Δ the update.
/// <para>
/// adamw. In one coordinate, with bias-corrected moments, Cauchy–Schwarz gives |m̂_t| ≤ R_t √v̂_t for every sequence of gradients, noise included, where with ρ = β₁² ÷ β₂
/// R_t = √(1 − β₂^t) ÷ (1 − β₁^t) · (1 − β₁) ÷ √(1 − β₂) · √((1 − ρ^t) ÷ (1 − ρ)) and R_1 = 1. So ‖Δ‖₂ ≤ η √d Σ_t R_t, always.
/// </para>
/// <para>
/// sgd. Δ = −η Σ a_t g_t with 0 ≤ a_t ≤ a = 1 ÷ (1 − μ), and g_t is (the clipped sum of batch t + σ C z_t) ÷ L. With B = the records drawn in all T batches,
/// ‖Δ‖₂ ≤ η a ÷ (k L) · (C B + σ C √T ‖z‖ + r), z ~ N(0, I_d), and r = T √d C ÷ 2²¹ for the rounding to the grid. B is a sum of independent draws with mean at most 2 T L,
/// for a node that holds at most twice the records it declared, so Bernstein's inequality gives B &lt; m + x ÷ 3 + √(x² ÷ 9 + 2 m x) with m = 2 T L, and
/// concentration of Gaussian norms gives ‖z‖ &lt; √d + √(2 x), each but for a probability of e^−x. With x = ln(2·10⁶) both hold but for 10⁻⁶.
/// </para>
/// <para>
/// Schedules only lower the rate. A pull back to the base (FedProx) with η · proximal ≤ 1 only shortens an update. Both bounds are raised by a part in a thousand for
/// float32 arithmetic, and by <see cref="Rounding"/> for updates that travel in fewer bits.
/// </para>
/// </remarks>
public sealed record LocalProgram
{
    private const double TailExponent = 14.508657738524219;
    private const double RecordsPerDeclared = 2;
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;

    /// <summary>adamw | sgd.</summary>
    public required string Optimizer { get; init; }

    /// <summary>η, the largest of the run.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Mechanism, batch size and steps.</summary>
    public required MechanismTerms Mechanism { get; init; }

    /// <summary>d.</summary>
    public required long Dimension { get; init; }

    /// <summary>μ of sgd.</summary>
    public double Momentum { get; init; }

    /// <summary>k.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>Largest ratio by which rounding for the way lengthens an update. ≥ 1.</summary>
    public double Rounding { get; init; } = 1;

    /// <summary>An L2 norm that an honest update exceeds with a probability below 10⁻⁶.</summary>
    /// <exception cref="NotSupportedException">The optimizer has no such bound.</exception>
    public double NormBound() =>
        1.001
        * Rounding
        * Optimizer switch
        {
            "adamw" => LearningRate * Math.Sqrt(Dimension) * AdamRatios(),
            "sgd" => SgdBound(),
            var other => throw new NotSupportedException(
                $"aggregation.robust.bound = auto; local optimizer {other} has no closed form, write a number"
            ),
        };

    /// <summary>Standard deviation of the noise in one coordinate of an update: η σ C √(Σ a_t²) ÷ (L √k).</summary>
    /// <exception cref="NotSupportedException">The optimizer is not sgd.</exception>
    public double UpdateNoise()
    {
        if (Optimizer != "sgd")
        {
            throw new NotSupportedException(
                $"aggregation.serverOptimizer.updateNoise = auto; local optimizer {Optimizer} has no closed form, write a number"
            );
        }

        var squares = 0.0;
        for (var (step, reach) = (0, 0.0); step < Mechanism.Steps / Accumulation; step++)
        {
            reach = (Momentum * reach) + 1;
            squares += reach * reach;
        }

        return LearningRate
            * Mechanism.NoiseMultiplier
            * Mechanism.MaxGradNorm
            * Math.Sqrt(squares / Accumulation)
            / Mechanism.ExpectedBatchSize;
    }

    /// <summary>
    /// The most that all records together can move an update, beside the norm of its noise: √T L ÷ (σ √d), if every clipped gradient points the same way.
    /// Below 1, distances between updates are distances between noises. Infinite without noise.
    /// </summary>
    public double SignalToNoise() =>
        Mechanism.NoiseMultiplier == 0
            ? double.PositiveInfinity
            : Math.Sqrt(Mechanism.Steps)
                * Mechanism.ExpectedBatchSize
                / (Mechanism.NoiseMultiplier * Math.Sqrt(Dimension));

    private double AdamRatios()
    {
        const double Ratio = Beta1 * Beta1 / Beta2;
        var sum = 0.0;
        for (var t = 1; t <= Mechanism.Steps / Accumulation; t++)
        {
            sum +=
                Math.Sqrt(1 - Math.Pow(Beta2, t))
                / (1 - Math.Pow(Beta1, t))
                * (1 - Beta1)
                / Math.Sqrt(1 - Beta2)
                * Math.Sqrt((1 - Math.Pow(Ratio, t)) / (1 - Ratio));
        }

        return sum;
    }

    private double SgdBound()
    {
        var steps = (double)Mechanism.Steps;
        var mean = RecordsPerDeclared * steps * Mechanism.ExpectedBatchSize;
        var records =
            mean + (TailExponent / 3) + Math.Sqrt((TailExponent * TailExponent / 9) + (2 * mean * TailExponent));
        var noise = Mechanism.NoiseMultiplier * Math.Sqrt(steps) * (Math.Sqrt(Dimension) + Math.Sqrt(2 * TailExponent));
        var rounding = steps * Math.Sqrt(Dimension) / (1 << 21);
        return LearningRate
            * Mechanism.MaxGradNorm
            * (records + noise + rounding)
            / ((1 - Momentum) * Accumulation * Mechanism.ExpectedBatchSize);
    }
}
