namespace Federated.Adapters.Models;

/// <summary>The loss of a batch as sums, so that batches add up.</summary>
/// <param name="Nats">Sum of the negative log-likelihoods of all predictions.</param>
/// <param name="Predictions">Number of predictions: tokens, or labels.</param>
public readonly record struct BatchLoss(double Nats, long Predictions)
{
    /// <summary>Of a classifier, on how many records its likeliest label was the right one; null for a language model.</summary>
    public long? Correct { get; init; }
}
