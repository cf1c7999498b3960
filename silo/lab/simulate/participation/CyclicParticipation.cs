namespace Federated.Lab.Simulate;

/// <summary>
/// Each node is there for a stretch of each cycle and away for the rest, as machines are that are free at night (Wang &amp; Ji 2024, "cyclic";
/// util.py of IBM/fedau).
/// </summary>
internal sealed class CyclicParticipation : IParticipation
{
    /// <summary>C of the paper.</summary>
    public const int PaperCycle = 100;

    private readonly (long Wait, int Active, int Period)[] _nodes;

    /// <summary>Each node begins away, somewhere in its absence.</summary>
    /// <param name="seed">The simulation's seed.</param>
    /// <param name="probabilities">p_n, in (0, 1].</param>
    /// <param name="cycle">C, in rounds; ≥ 2. A node is there for max(1, round(C p_n)) rounds, then away for max(1, the rest).</param>
    public CyclicParticipation(long seed, IReadOnlyList<double> probabilities, int cycle)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cycle, 2);
        _nodes =
        [
            .. probabilities.Select(
                (p, node) =>
                {
                    var active = Math.Max(1, (int)Math.Round(cycle * p));
                    var inactive = Math.Max(1, cycle - active);
                    var wait = (long)(Draw.Uniform(seed, DrawPurpose.Participation, node) * inactive);
                    return (wait, active, active + inactive);
                }
            ),
        ];
    }

    /// <inheritdoc/>
    public long? Rounds => null;

    /// <inheritdoc/>
    public IReadOnlyList<int> Of(long round) =>
        [.. Enumerable.Range(0, _nodes.Length).Where(node => IsThere(_nodes[node], round))];

    private static bool IsThere((long Wait, int Active, int Period) node, long round) =>
        round >= node.Wait && (round - node.Wait) % node.Period < node.Active;
}
