namespace Federated.Lab.Simulate;

/// <summary>How good an adapter is for the nodes of a simulation.</summary>
/// <param name="Loss">f = (1 ÷ N) Σ F_n, the objective: each node counts the same, however often it takes part.</param>
/// <param name="RareLoss">The mean of F_n over the tenth of the nodes that take part least: what a biased method forgets.</param>
/// <param name="Accuracy">Share of right answers on the nodes' own mixture; null where there is nothing to get right.</param>
/// <param name="RareAccuracy">The same for the nodes that take part least.</param>
internal sealed record Score(double Loss, double RareLoss, double? Accuracy = null, double? RareAccuracy = null);
