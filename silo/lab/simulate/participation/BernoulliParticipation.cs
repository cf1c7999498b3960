namespace Federated.Lab.Simulate;

/// <summary>Each node takes part in each round with its own probability, independently.</summary>
/// <param name="seed">The simulation's seed.</param>
/// <param name="probabilities">p_n, in [0, 1].</param>
internal sealed class BernoulliParticipation(long seed, IReadOnlyList<double> probabilities) : IParticipation
{
    /// <inheritdoc/>
    public long? Rounds => null;

    /// <inheritdoc/>
    public IReadOnlyList<int> Of(long round) =>
        [
            .. Enumerable
                .Range(0, probabilities.Count)
                .Where(node => Draw.Uniform(seed, DrawPurpose.Participation, node, round) < probabilities[node]),
        ];
}
