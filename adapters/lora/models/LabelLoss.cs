using TorchSharp;
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
        using var scope = NewDisposeScope();
        var known = Require(classifier, labels, batch);
        return nn
            .functional.cross_entropy(
                classifier.Logits(batch),
                known,
                reduction: nn.Reduction.None,
                label_smoothing: batch.LabelSmoothing
            )
            .MoveToOuterDisposeScope();
    }

    /// <summary>Sum of the losses, the number of records, and of those that are given their own label (of equal logits the first counts).</summary>
    public static BatchLoss Total(IClassifier classifier, RecordBatch batch, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var known = Require(classifier, labels, batch);
        var logits = classifier.Logits(batch);
        var losses = nn.functional.cross_entropy(logits, known, reduction: nn.Reduction.None);
        return new BatchLoss(losses.sum(float64).item<double>(), batch.Count)
        {
            Correct = logits.argmax(1).eq(known).sum().item<long>(),
        };
    }

    // libtorch would read outside the logits.
    private static Tensor Require(IClassifier classifier, Tensor? labels, RecordBatch batch)
    {
        if (labels is null)
        {
            throw new ArgumentException("A classifier's records need a label each.", nameof(batch));
        }

        using var first = 0.ToScalar();
        using var end = classifier.LabelNames.Count.ToScalar();
        var inRange = labels.ge(first).logical_and(labels.lt(end)).all();
        return labels.shape is [var count] && count == batch.Count && inRange.item<bool>()
            ? labels
            : throw new ArgumentException(
                $"Labels must be {batch.Count} numbers in 0 … {classifier.LabelNames.Count - 1}.",
                nameof(batch)
            );
    }
}
