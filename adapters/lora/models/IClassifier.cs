using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>A model that gives each record one of some labels.</summary>
public interface IClassifier
{
    /// <summary>The labels by name, in the order of the logits.</summary>
    IReadOnlyList<string> LabelNames { get; }

    /// <summary>Computes the logits of the labels.</summary>
    /// <param name="batch">b records of the kind that the model takes.</param>
    /// <returns>[b, labels], float32.</returns>
    /// <exception cref="ArgumentException">Records of another kind, or longer than the model's context.</exception>
    Tensor Logits(RecordBatch batch);
}
