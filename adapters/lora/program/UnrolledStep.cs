using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>A <see cref="LocalOptimizer"/> in tensors, whose state is part of the graph. Same numbers, to rounding.</summary>
internal abstract class UnrolledStep(LocalOptimizerOptions options)
{
    protected LocalOptimizerOptions Options { get; } = options;

    /// <summary>The steps of an optimizer, at its first one.</summary>
    /// <param name="options">Which one.</param>
    /// <param name="trained">What is trained.</param>
    /// <param name="start">θ₀, [d]: type and device of the state.</param>
    /// <exception cref="ArgumentException">An unknown name.</exception>
    public static UnrolledStep Of(LocalOptimizerOptions options, AdapterLayout trained, Tensor start) =>
        options.Name switch
        {
            "sgd" => new UnrolledMomentum(options, start),
            "adamw" => new UnrolledAdamW(options, start),
            "adafactor" => new UnrolledAdafactor(options, MatrixBlock.Of(trained), start),
            _ => throw new ArgumentException(
                $"optimizer.name = \"{options.Name}\" cannot be unrolled; expected sgd, adamw or adafactor.",
                nameof(options)
            ),
        };

    /// <summary>Takes one step.</summary>
    /// <param name="count">Which one, from 1.</param>
    /// <param name="rate">The learning rate now.</param>
    /// <param name="values">θ, [d].</param>
    /// <param name="gradient">[d].</param>
    /// <returns>θ after it, [d].</returns>
    public abstract Tensor Take(int count, double rate, Tensor values, Tensor gradient);

    /// <summary>θ after weight decay.</summary>
    protected Tensor Kept(Tensor values, double rate) => values.Times(1 - (rate * Options.WeightDecay));

    /// <summary>√x. The root of an exact zero has no derivative: a floor far below every other term keeps the graph finite.</summary>
    protected static Tensor Root(Tensor x)
    {
        using var floor = tensor(1e-30, x.dtype, x.device);
        return maximum(x, floor).sqrt();
    }
}
