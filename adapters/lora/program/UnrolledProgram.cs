using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>
/// A local program as one differentiable function of what its losses depend on, so that records can be sought that would have led from a
/// base to a known update (gradient inversion, Wang &amp; Gao 2025, Algorithm 1). Same steps as <see cref="LocalTrajectory"/>, in tensors.
/// </summary>
public static class UnrolledProgram
{
    /// <summary>Runs the program with gradients of given losses instead of noisy ones.</summary>
    /// <param name="program">Any: sgd (with momentum), adamw or adafactor.</param>
    /// <param name="trained">What is trained; see <see cref="AdapterLayout.TrainedAt"/>.</param>
    /// <param name="baseVersion">The base's version: where the schedule stands.</param>
    /// <param name="start">θ₀, [d], float; a leaf or not.</param>
    /// <param name="loss">
    /// The scalar loss of the k-th gradient as a differentiable function of θ [d], which it must use; typically a model's loss with the
    /// adapter bound to θ.
    /// </param>
    /// <returns>θ after the program, [d], in the caller's dispose scope; its graph reaches whatever the losses depend on.</returns>
    /// <exception cref="ArgumentException">The program is out of range, or θ₀ is another number of values.</exception>
    public static Tensor Run(
        LocalProgram program,
        AdapterLayout trained,
        long baseVersion,
        Tensor start,
        Func<Tensor, int, Tensor> loss
    )
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(loss);
        program.Require();
        if (start.dim() != 1 || start.shape[0] != trained.Count)
        {
            throw new ArgumentException(
                $"start has shape [{string.Join(", ", start.shape)}]; the layout has {trained.Count} values.",
                nameof(start)
            );
        }

        // Not a dispose scope: what is made here is part of the graph that the caller differentiates.
        var origin = start.detach();
        var values = start.requires_grad ? start : start.detach().requires_grad_(true);
        var optimizer = UnrolledStep.Of(program.Optimizer, trained, origin);
        for (var step = 0; step < program.OptimizerSteps; step++)
        {
            var gradient = Gradient(program, values, step, loss).Plus((values - origin).Times(program.Proximal));
            var rate = program.Optimizer.LearningRate * program.RateAt(baseVersion, step);
            values = optimizer.Take(step + 1, rate, values, gradient);
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
}
