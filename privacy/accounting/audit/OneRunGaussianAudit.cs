using Federated.Privacy.Accounting.Numerics;
using MathNetNormal = MathNet.Numerics.Distributions.Normal;

namespace Federated.Privacy.Accounting;

/// <summary>
/// The one-run audit against the claim "as private as one Gaussian release" (Mahloujifar, Melis, Chaudhuri 2024, arXiv 2410.22235): tighter than <see cref="OneRunAudit"/>,
/// since the trade-off of a Gaussian is tighter than that of (ε, δ) alone.
/// </summary>
/// <remarks>
/// The refuted claim is μ-GDP. A plan of several or sampled steps is close to some μ-GDP but need not be, so that this bound accompanies
/// <see cref="OneRunAudit"/> and does not replace it.
/// </remarks>
public static class OneRunGaussianAudit
{
    private const double LargestMu = 40;

    /// <summary>ε at δ of the largest μ that the guesses refute; 0 if they refute none.</summary>
    /// <param name="canaries">m.</param>
    /// <param name="guesses">Canaries that the attacker guessed; 1 … m.</param>
    /// <param name="correct">Right guesses; 0 … guesses.</param>
    /// <param name="delta">δ in (0, 1) at which μ is told as an ε.</param>
    /// <param name="significance">Probability that the bound is wrong; in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double Epsilon(int canaries, int guesses, int correct, double delta, double significance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(guesses, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(guesses, canaries);
        ArgumentOutOfRangeException.ThrowIfNegative(correct);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, guesses);
        PrivacyArgument.Delta(delta);
        PrivacyArgument.Delta(significance, nameof(significance));
        var refuted = MonotoneSearch.Last(mu => IsRefuted(canaries, guesses, correct, mu, significance), LargestMu);
        return refuted > 0 ? Accountants.Best(new GaussianEvent(1 / refuted), delta).EpsilonLower : 0;
    }

    /// <summary>
    /// Algorithm 3 of the paper: walks from "exactly <paramref name="correct"/> right" downwards; right and wrong are the most probability that the claim leaves for it.
    /// More than all guesses is a contradiction.
    /// </summary>
    private static bool IsRefuted(int canaries, int guesses, int correct, double mu, double significance)
    {
        double MostBelow(double mass) => MathNetNormal.CDF(0, 1, MathNetNormal.InvCDF(0, 1, mass) - mu);
        var right = significance * correct / canaries;
        var wrong = significance * (guesses - correct) / canaries;
        for (var i = correct - 1; i >= 0; i--)
        {
            var next = Math.Max(wrong, MostBelow(right));
            if (next == wrong)
            {
                break;
            }

            right = Math.Min(1, right + ((double)i / (guesses - i) * (next - wrong)));
            wrong = next;
        }

        return right + wrong > (double)guesses / canaries;
    }
}
