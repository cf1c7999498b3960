using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting;

/// <summary>
/// A lower bound on ε from one training run (Steinke, Nasr, Jagielski 2023, arXiv 2305.08846): m canaries join by a fair coin each; an attacker guesses some
/// and abstains from the rest.
/// </summary>
public static class OneRunAudit
{
    private const double LargestEpsilon = 60;

    /// <summary>How likely so many right guesses are if the run is (ε, δ)-private, at most (theorem 5.2).</summary>
    /// <param name="canaries">m.</param>
    /// <param name="guesses">Canaries that the attacker guessed; 1 … m.</param>
    /// <param name="correct">Right guesses; 0 … guesses.</param>
    /// <param name="epsilon">ε ≥ 0.</param>
    /// <param name="delta">δ in [0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double PValue(int canaries, int guesses, int correct, double epsilon, double delta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(guesses, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(guesses, canaries);
        ArgumentOutOfRangeException.ThrowIfNegative(correct);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, guesses);
        ArgumentOutOfRangeException.ThrowIfNegative(epsilon);
        if (delta is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(delta),
                delta,
                $"delta = {delta}; expected a probability in [0, 1)"
            );
        }

        // Each guess is right with probability at most e^ε/(1 + e^ε).
        var tail = Tail(guesses, 1 / (1 + Math.Exp(-epsilon)));
        var slope = 0.0;
        for (var i = 1; i <= correct; i++)
        {
            slope = Math.Max(slope, (tail[correct - i] - tail[correct]) / i);
        }

        return Math.Min(1, tail[correct] + (2 * canaries * delta * slope));
    }

    /// <summary>The largest ε that the guesses refute.</summary>
    /// <param name="canaries">m.</param>
    /// <param name="guesses">Canaries that the attacker guessed; 1 … m.</param>
    /// <param name="correct">Right guesses.</param>
    /// <param name="delta">δ in [0, 1); m·δ far below the significance, or nothing is refuted.</param>
    /// <param name="significance">Probability that the bound is wrong; in (0, 1).</param>
    public static double Epsilon(int canaries, int guesses, int correct, double delta, double significance)
    {
        PrivacyArgument.Delta(significance, nameof(significance));
        return MonotoneSearch.Last(
            epsilon => PValue(canaries, guesses, correct, epsilon, delta) <= significance,
            LargestEpsilon
        );
    }

    // Pr[Bin(n, p) ≥ k] for every k, summed from the small end.
    private static double[] Tail(int n, double p)
    {
        var tail = new double[n + 2];
        var (logP, logQ) = (Math.Log(p), Math.Log(1 - p));
        for (var k = n; k >= 0; k--)
        {
            var logTerm =
                SpecialFunctions.LogGamma(n + 1)
                - SpecialFunctions.LogGamma(k + 1)
                - SpecialFunctions.LogGamma(n - k + 1)
                + (k * logP)
                + (n - k == 0 ? 0 : (n - k) * logQ);
            tail[k] = tail[k + 1] + Math.Exp(logTerm);
        }

        return tail;
    }
}
