using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>The ordinary, NOT private gradient of a batch: what local continuation and non-private comparisons train with.</summary>
public static class SummedGradient
{
    /// <summary>Computes the gradient of the sum of the records' own mean losses.</summary>
    /// <param name="adapter">The adapter, attached to the model that is trained.</param>
    /// <param name="batch">b records.</param>
    /// <param name="trained">What is trained: the adapter's layout (null) or what <see cref="AdapterLayout.TrainedAt"/> gives of it.</param>
    /// <returns>[d], float32, detached, in the caller's dispose scope; the caller divides by its batch size.</returns>
    public static Tensor Compute(LoraAdapter adapter, RecordBatch batch, AdapterLayout? trained = null)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ArgumentNullException.ThrowIfNull(batch);
        trained ??= adapter.Layout;
        using var scope = NewDisposeScope();
        var values = adapter.PartOf(trained).clone().requires_grad_(true);
        using (adapter.Bind(trained, values))
        {
            var losses = adapter.Model.LossPerExample(batch);
            losses.sum().backward();
        }

        return values.grad!.detach().MoveToOuterDisposeScope();
    }
}
