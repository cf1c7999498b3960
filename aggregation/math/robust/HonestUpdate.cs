using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>What follows from the public constants of the local program about every honest update.</summary>
/// <remarks>
/// Let T be the noisy gradients of one update, k the accumulation (T ÷ k optimizer steps), η the largest rate, L the expected batch size, C the clip norm, σ the noise
/// multiplier, μ the momentum, d the number of trained parameters and Δ the update.
/// <para>
/// adamw. In one coordinate, with bias-corrected moments, Cauchy–Schwarz gives |m̂_t| ≤ R_t √v̂_t for every sequence of gradients, noise and FedProx included, where with
/// ρ = β₁² ÷ β₂ R_t = √(1 − β₂^t) ÷ (1 − β₁^t) · (1 − β₁) ÷ √(1 − β₂) · √((1 − ρ^t) ÷ (1 − ρ)) and R_1 = 1. So ‖Δ‖₂ ≤ η √d Σ_t R_t, always.
/// adafactor. A step's root mean square is clipped to η, so ‖Δ‖₂ ≤ η √d T ÷ k, always.
/// </para>
/// <para>
/// sgd. Δ = −η Σ a_t g_t with 0 ≤ a_t ≤ a = 1 ÷ (1 − μ), and g_t is (the clipped sums of k batches + their noise σ C z) ÷ (k L). With B = the records drawn in all T batches,
/// ‖Δ‖₂ ≤ η a ÷ (k L) · (C B + σ C √T ‖z‖ + r), z ~ N(0, I_d), and r = T √d C ÷ 2²¹ for the rounding to the grid. B is a sum of independent draws with mean at most 2 T L
/// for a node that holds at most twice the records it declared, so Bernstein's inequality gives B &lt; m + x ÷ 3 + √(x² ÷ 9 + 2 m x) with m = 2 T L, and
/// concentration of Gaussian norms gives ‖z‖ &lt; √d + √(2 x), each but for a probability of e^−x. With x = ln(2·10⁶) both hold but for 10⁻⁶. FedProx with
/// η · proximal ≤ 1 and no momentum only shortens Δ.
/// </para>
/// <para>
/// Schedules only lower the rate. All bounds are raised by a part in a thousand for float32 arithmetic, and by <see cref="Rounding"/> for updates that travel in fewer
/// bits. Weight decay moves an update by the size of its base, which is no constant: there is no bound then.
/// </para>
/// </remarks>
public sealed record HonestUpdate
{
    // ln(2·10⁶).
    private const double TailExponent = 14.508657738524219;
    private const double RecordsPerDeclared = 2;

    /// <summary>What a node does with its noisy gradients.</summary>
    public required LocalProgram Program { get; init; }

    /// <summary>Clip norm, noise and batch size.</summary>
    public required MechanismTerms Mechanism { get; init; }

    /// <summary>d.</summary>
    public required long Dimension { get; init; }

    /// <summary>Largest ratio by which rounding for the way lengthens an update. ≥ 1.</summary>
    public double Rounding { get; init; } = 1;

    private double Rate => Program.Optimizer.LearningRate;

    /// <summary>An L2 norm that an honest update exceeds with a probability below 10⁻⁶.</summary>
    /// <exception cref="NotSupportedException">There is no such norm for this program; the message says why and what to write.</exception>
    public double NormBound()
    {
        if (Program.Optimizer.WeightDecay != 0)
        {
            throw NoBound($"weight decay {Program.Optimizer.WeightDecay} moves an update by the size of its base");
        }

        return 1.001
            * Rounding
            * Program.Optimizer.Name switch
            {
                "adamw" => Rate * Math.Sqrt(Dimension) * AdamRatios(),
                "adafactor" => Rate * Math.Sqrt(Dimension) * Program.OptimizerSteps,
                "sgd" => SgdBound(),
                var other => throw NoBound($"local optimizer {other} has no closed form"),
            };
    }

    /// <summary>Standard deviation of the noise in one coordinate of an update of plain or momentum sgd: η σ C √(Σ a_t²) ÷ (L √k).</summary>
    /// <exception cref="NotSupportedException">Another optimizer, FedProx or a schedule.</exception>
    public double UpdateNoise()
    {
        if (
            Program.Optimizer.Name != "sgd"
            || Program.Proximal != 0
            || Program.Schedule.Kind != ScheduleKind.Constant
            || Program.Schedule.WarmupSteps != 0
        )
        {
            throw new NotSupportedException(
                "aggregation.serverOptimizer.updateNoise = auto; there is a closed form only for local.optimizer sgd at a constant rate without proximal; write a number"
            );
        }

        var squares = 0.0;
        for (var (step, reach) = (0, 0.0); step < Program.OptimizerSteps; step++)
        {
            reach = (Program.Optimizer.Momentum * reach) + 1;
            squares += reach * reach;
        }

        return Rate
            * Mechanism.NoiseMultiplier
            * Mechanism.MaxGradNorm
            * Math.Sqrt(squares / Program.Accumulation)
            / Mechanism.ExpectedBatchSize;
    }

    /// <summary>
    /// The most that all records together can move an update, beside the norm of its noise: √T L ÷ (σ √d), if every clipped gradient points the same way.
    /// Below 1, distances between updates are distances between noises. Null without noise.
    /// </summary>
    public double? SignalToNoise() =>
        Mechanism.NoiseMultiplier == 0
            ? null
            : Math.Sqrt(Mechanism.Steps)
                * Mechanism.ExpectedBatchSize
                / (Mechanism.NoiseMultiplier * Math.Sqrt(Dimension));

    private double AdamRatios()
    {
        var (beta1, beta2) = (Program.Optimizer.Beta1, Program.Optimizer.Beta2);
        var ratio = beta1 * beta1 / beta2;
        var sum = 0.0;
        for (var t = 1; t <= Program.OptimizerSteps; t++)
        {
            sum +=
                Math.Sqrt(1 - Math.Pow(beta2, t))
                / (1 - Math.Pow(beta1, t))
                * (1 - beta1)
                / Math.Sqrt(1 - beta2)
                * Math.Sqrt((1 - Math.Pow(ratio, t)) / (1 - ratio));
        }

        return sum;
    }

    private double SgdBound()
    {
        if (Program.Proximal > 0 && (Program.Optimizer.Momentum > 0 || Program.Proximal * Rate > 1))
        {
            throw NoBound("proximal beside momentum, or over 1 ÷ learningRate, may lengthen an update");
        }

        var steps = (double)Program.Steps;
        var mean = RecordsPerDeclared * steps * Mechanism.ExpectedBatchSize;
        var records =
            mean + (TailExponent / 3) + Math.Sqrt((TailExponent * TailExponent / 9) + (2 * mean * TailExponent));
        var noise = Mechanism.NoiseMultiplier * Math.Sqrt(steps) * (Math.Sqrt(Dimension) + Math.Sqrt(2 * TailExponent));
        var rounding = steps * Math.Sqrt(Dimension) / (1 << 21);
        return Rate
            * Mechanism.MaxGradNorm
            * (records + noise + rounding)
            / ((1 - Program.Optimizer.Momentum) * Program.Accumulation * Mechanism.ExpectedBatchSize);
    }

    private static NotSupportedException NoBound(string because) =>
        new($"aggregation.robust.bound = auto; {because}: write a number");
}
