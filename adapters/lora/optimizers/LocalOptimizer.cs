namespace Federated.Adapters;

/// <summary>
/// Turns noisy gradients into steps on the flat vector. It sees the noisy gradient and public numbers only, so it costs no privacy
/// (post-processing), weight decay included, which comes after the noise.
/// </summary>
public abstract class LocalOptimizer
{
    private protected LocalOptimizer(LocalOptimizerOptions options, int dimension)
    {
        Options = options;
        Dimension = dimension;
    }

    /// <summary>What it was made from.</summary>
    public LocalOptimizerOptions Options { get; }

    /// <summary>d, the number of parameters.</summary>
    public int Dimension { get; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; private protected set; }

    private protected abstract OptimizerKind Kind { get; }

    /// <summary>Numbers that the next step depends on besides the parameters, one span after the other.</summary>
    private protected abstract IReadOnlyList<float[]> Moments { get; }

    /// <summary>Makes an optimizer at its first step.</summary>
    /// <param name="options">Which one.</param>
    /// <param name="dimension">d, ≥ 1.</param>
    /// <returns>The optimizer.</returns>
    /// <exception cref="ArgumentException">An unknown name, or a number out of range.</exception>
    public static LocalOptimizer Create(LocalOptimizerOptions options, int dimension) =>
        Create(options, dimension, [new MatrixBlock(0, 1, dimension)]);

    /// <summary>Makes an optimizer at its first step, for the factors of a layout.</summary>
    /// <param name="options">Which one.</param>
    /// <param name="trained">What is trained.</param>
    /// <returns>The optimizer.</returns>
    /// <exception cref="ArgumentException">An unknown name, or a number out of range.</exception>
    public static LocalOptimizer Create(LocalOptimizerOptions options, AdapterLayout trained)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return Create(options, (int)trained.Count, MatrixBlock.Of(trained));
    }

    private static LocalOptimizer Create(
        LocalOptimizerOptions options,
        int dimension,
        IReadOnlyList<MatrixBlock> blocks
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        Check(options.LearningRate > 0 && double.IsFinite(options.LearningRate), "learningRate", options.LearningRate);
        Check(options.WeightDecay >= 0 && double.IsFinite(options.WeightDecay), "weightDecay", options.WeightDecay);
        Check(options.Beta1 is >= 0 and < 1, "beta1", options.Beta1);
        Check(options.Beta2 is >= 0 and < 1, "beta2", options.Beta2);
        Check(options.Epsilon > 0 && double.IsFinite(options.Epsilon), "epsilon", options.Epsilon);
        Check(options.Momentum is >= 0 and < 1, "momentum", options.Momentum);
        return options.Name switch
        {
            "sgd" when options.Momentum > 0 => new MomentumOptimizer(options, dimension),
            "sgd" => new SgdOptimizer(options, dimension),
            "adafactor" => new AdafactorOptimizer(options, dimension, blocks),
            "adamw" => new AdamWOptimizer(options, dimension),
            _ => throw new ArgumentException(
                $"optimizer.name = \"{options.Name}\"; expected sgd, adamw or adafactor.",
                nameof(options)
            ),
        };
    }

    /// <summary>Takes one step. Element by element, so that the same build and inputs give the same bits.</summary>
    /// <param name="parameters">Changed in place; d numbers.</param>
    /// <param name="gradient">The noisy gradient; d numbers.</param>
    /// <param name="rateFactor">The schedule's share of the learning rate, (0, 1].</param>
    /// <exception cref="ArgumentException">Another number of numbers; nothing is changed.</exception>
    public void Step(Span<float> parameters, ReadOnlySpan<float> gradient, double rateFactor = 1)
    {
        if (parameters.Length != Dimension || gradient.Length != Dimension)
        {
            throw new ArgumentException(
                $"{parameters.Length} parameters and a gradient of {gradient.Length}; expected {Dimension} of each."
            );
        }

        Steps++;
        Apply(parameters, gradient, Options.LearningRate * rateFactor);
    }

    /// <summary>The state, so that another process can go on to the bit.</summary>
    /// <returns>Bytes for <see cref="Restore"/>.</returns>
    public byte[] Save() => OptimizerState.Write(Kind, Steps, Dimension, Moments);

    /// <summary>Goes on where <see cref="Save"/> left off.</summary>
    /// <param name="state">The bytes.</param>
    /// <exception cref="InvalidDataException">They are no state of such an optimizer; nothing is changed.</exception>
    public void Restore(ReadOnlySpan<byte> state) => Steps = OptimizerState.Read(state, Kind, Dimension, Moments);

    private protected abstract void Apply(Span<float> parameters, ReadOnlySpan<float> gradient, double learningRate);

    private static void Check(bool holds, string name, double value)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"optimizer.{name} is out of range.");
        }
    }
}
