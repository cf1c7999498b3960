using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>
/// A local program as one differentiable function of what its losses depend on, so that records can be sought that would have led from a
/// base to a known update (gradient inversion, Wang &amp; Gao 2025, Algorithm 1). Same steps as <see cref="LocalTrajectory"/>, in tensors.
/// </summary>
public static class UnrolledProgram
{
    /// <summary>Runs the program with gradients of given losses instead of noisy ones.</summary>
    /// <param name="program">sgd (with momentum) or adamw.</param>
    /// <param name="baseVersion">The base's version: where the schedule stands.</param>
    /// <param name="start">θ₀, [d], float; a leaf or not.</param>
    /// <param name="loss">
    /// The scalar loss of the k-th gradient as a differentiable function of θ [d], which it must use; typically a model's loss with the
    /// adapter bound to θ.
    /// </param>
    /// <returns>θ after the program, [d], in the caller's dispose scope; its graph reaches whatever the losses depend on.</returns>
    /// <exception cref="ArgumentException">The program is out of range, or its optimizer cannot be unrolled.</exception>
    public static Tensor Run(LocalProgram program, long baseVersion, Tensor start, Func<Tensor, int, Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(loss);
        program.Require();
        if (program.Optimizer.Name is not ("sgd" or "adamw"))
        {
            throw new ArgumentException(
                $"optimizer.name = \"{program.Optimizer.Name}\" cannot be unrolled; expected sgd or adamw.",
                nameof(program)
            );
        }

        // Not a dispose scope: what is made here is part of the graph that the caller differentiates.
        var origin = start.detach();
        var values = start.requires_grad ? start : start.detach().requires_grad_(true);
        var state = new Moments(zeros_like(origin), zeros_like(origin));
        for (var step = 0; step < program.OptimizerSteps; step++)
        {
            var gradient = Gradient(program, values, step, loss).Plus((values - origin).Times(program.Proximal));
            var rate = program.Optimizer.LearningRate * program.RateAt(baseVersion, step);
            (values, state) = Step(program.Optimizer, step + 1, rate, values, gradient, state);
        }

        return values;
    }

    private static Tensor Gradient(LocalProgram program, Tensor values, int step, Func<Tensor, int, Tensor> loss)
    {
        var total = loss(values, step * program.Accumulation);
        for (var k = 1; k < program.Accumulation; k++)
        {
            total = total.Plus(loss(values, (step * program.Accumulation) + k));
        }

        // A scalar of a vector that requires a gradient: the shapes that autograd.grad takes without fail. The graph is kept for the caller.
        return autograd.grad([total.Over(program.Accumulation)], [values], retain_graph: true, create_graph: true)[0];
    }

    private static (Tensor Values, Moments State) Step(
        LocalOptimizerOptions options,
        int count,
        double rate,
        Tensor values,
        Tensor gradient,
        Moments state
    )
    {
        var kept = values.Times(1 - (rate * options.WeightDecay));
        if (options.Name == "sgd")
        {
            var mean = state.Mean.Times(options.Momentum).Plus(gradient);
            return (kept - mean.Times(rate), state with { Mean = mean });
        }

        var first = state.Mean.Times(options.Beta1).Plus(gradient.Times(1 - options.Beta1));
        var second = state.Square.Times(options.Beta2).Plus(gradient.square().Times(1 - options.Beta2));
        // The root of an exact zero has no derivative: a floor far below every other term keeps the graph finite.
        using var floor = 1e-30.ToScalar();
        var size = second.Over(1 - Math.Pow(options.Beta2, count)).clamp_min(floor).sqrt().Plus(options.Epsilon);
        return (kept - (first.Over(1 - Math.Pow(options.Beta1, count)) / size).Times(rate), new Moments(first, second));
    }

    private readonly record struct Moments(Tensor Mean, Tensor Square);
}
