using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>Losses of one step so far above ε that they may as well be infinite.</summary>
internal static class LossTail
{
    // e^−16 of δ is what they may change.
    private const double Share = 16;

    /// <summary>The loss above which a step's losses decide nothing.</summary>
    /// <remarks>To be counted as infinite instead of ε + b adds e^(−b) of their probability to δ.</remarks>
    /// <param name="phases">The steps.</param>
    /// <param name="direction">Add or remove.</param>
    /// <param name="delta">δ.</param>
    /// <param name="epsilon">About ε, not less.</param>
    public static double Negligible(
        IReadOnlyList<EventPhase> phases,
        LossDirection direction,
        double delta,
        double epsilon
    )
    {
        var most = Math.Log(delta) - Share;
        bool Matters(double beyond) => LogProbability(phases, direction, epsilon + beyond) - beyond > most;
        var (matters, not) = (0.0, Share);
        while (not - matters > 0.05)
        {
            var middle = 0.5 * (matters + not);
            (matters, not) = Matters(middle) ? (middle, not) : (matters, middle);
        }

        return epsilon + not;
    }

    // ln of the expected number of steps whose loss is larger.
    private static double LogProbability(IReadOnlyList<EventPhase> phases, LossDirection direction, double loss)
    {
        var sum = new LogSum();
        foreach (var (rate, noise, steps) in phases)
        {
            var outcome = new SampledLoss(rate, noise);
            var count = Math.Log(steps);
            if (direction == LossDirection.Add)
            {
                sum.Add(count + Normal.LogCdf(outcome.Place(-loss) / noise));
                continue;
            }

            var place = outcome.Place(loss);
            sum.Add(count + Math.Log(1 - rate) + Normal.LogCdf(-place / noise));
            sum.Add(count + Math.Log(rate) + Normal.LogCdf((1 - place) / noise));
        }

        return sum.Value;
    }
}
