namespace Federated.Aggregation;

/// <summary>One node of a participation trace, after its last round.</summary>
/// <param name="Node">The node.</param>
/// <param name="WeightNext">ω of its next update.</param>
/// <param name="Intervals">Recorded participation intervals.</param>
/// <param name="OpenInterval">Rounds since the last one was recorded.</param>
/// <param name="Participations">Rounds it took part in.</param>
public sealed record TracedNode(string Node, double WeightNext, long Intervals, long OpenInterval, int Participations);
