using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Negative log-likelihood of a record's label, in nats.</summary>
internal static class LabelLoss
{
    /// <summary>The loss of each record.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="batch">b records.</param>
    /// <param name="labels">[b], int64; null when the records have none.</param>
    /// <returns>[b], in the caller's dispose scope.</returns>
    public static Tensor PerExample(IClassifier classifier, RecordBatch batch, Tensor? labels)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return PerExample(classifier, batch, labels, batch.LabelSmoothing);
    }

    /// <summary>Sum of the losses, and the number of records.</summary>
    public static (double Nats, long Predictions) Total(IClassifier classifier, RecordBatch batch, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        return (PerExample(classifier, batch, labels, 0).sum(float64).item<double>(), batch.Count);
    }

    private static Tensor PerExample(IClassifier classifier, RecordBatch batch, Tensor? labels, double labelSmoothing)
    {
        using var scope = NewDisposeScope();
        var known = Require(classifier, labels, batch);
        return nn
            .functional.cross_entropy(
                classifier.Logits(batch),
                known,
                reduction: nn.Reduction.None,
                label_smoothing: labelSmoothing
            )
            .MoveToOuterDisposeScope();
    }

    // libtorch would read outside the logits.
    private static Tensor Require(IClassifier classifier, Tensor? labels, RecordBatch batch)
    {
        if (labels is null)
        {
            throw new ArgumentException("A classifier's records need a label each.", nameof(batch));
        }

        var inRange = labels.ge(0).logical_and(labels.lt(classifier.LabelNames.Count)).all();
        return labels.shape is [var count] && count == batch.Count && inRange.item<bool>()
            ? labels
            : throw new ArgumentException(
                $"Labels must be {batch.Count} numbers in 0 … {classifier.LabelNames.Count - 1}.",
                nameof(batch)
            );
    }
}
