namespace Federated.Lab.Simulate;

/// <summary>
/// Each node is a chain of two states with stationary probability p_n: an absence ends with probability q, so that presences and absences come in
/// long stretches (Wang &amp; Ji 2024, "Markovian"; util.py of IBM/fedau).
/// </summary>
/// <remarks>To active: a = q; to inactive: b = q (1 ÷ p_n − 1). Where b exceeds 1, both are divided by it.</remarks>
internal sealed class MarkovParticipation : IParticipation
{
    /// <summary>q of the paper.</summary>
    public const double PaperRate = 0.05;

    private readonly long _seed;
    private readonly (double ToActive, double ToInactive)[] _rates;
    private readonly bool[] _active;
    private long _round;

    /// <summary>Draws the states of round 0 from the stationary distribution.</summary>
    /// <param name="seed">The simulation's seed.</param>
    /// <param name="probabilities">p_n, in (0, 1].</param>
    /// <param name="rate">q, in (0, 1].</param>
    public MarkovParticipation(long seed, IReadOnlyList<double> probabilities, double rate)
    {
        _seed = seed;
        _rates =
        [
            .. probabilities.Select(p =>
            {
                var toInactive = rate * ((1 / p) - 1);
                return toInactive > 1 ? (rate / toInactive, 1) : (rate, toInactive);
            }),
        ];
        _active = [.. probabilities.Select((p, node) => Uniform(node, 0) < p)];
    }

    /// <inheritdoc/>
    public long? Rounds => null;

    /// <inheritdoc/>
    public IReadOnlyList<int> Of(long round)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(round, _round);
        while (_round < round)
        {
            _round++;
            for (var node = 0; node < _active.Length; node++)
            {
                var drawn = Uniform(node, _round);
                _active[node] = _active[node] ? drawn >= _rates[node].ToInactive : drawn < _rates[node].ToActive;
            }
        }

        return [.. Enumerable.Range(0, _active.Length).Where(node => _active[node])];
    }

    private double Uniform(int node, long round) => Draw.Uniform(_seed, DrawPurpose.Participation, node, round);
}
