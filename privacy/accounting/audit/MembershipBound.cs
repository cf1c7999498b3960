namespace Federated.Privacy.Accounting;

/// <summary>
/// What differential privacy leaves to any membership attack, whoever runs it and whatever it knows: at a false positive rate α no attack finds more than
/// e^ε·α + δ of the members, and misses no less than e^−ε·(1 − δ − α), for every (ε, δ) that holds (Wasserman and Zhou 2010).
/// </summary>
/// <param name="release">What was released.</param>
/// <exception cref="UnsupportedEventException">No accountant knows the event.</exception>
public sealed class MembershipBound(PrivacyEvent release)
{
    // The curve of pairs (ε, δ) that hold at once; the best of them differs by the false positive rate.
    private readonly (double Epsilon, double Delta)[] _curve =
    [
        .. Enumerable
            .Range(1, 24)
            .Select(third => Math.Pow(10, -third / 3.0))
            .Select(delta => (Accountants.Best(release, delta).Epsilon, delta)),
    ];

    /// <summary>The most members that any attack can find, at most.</summary>
    /// <param name="falsePositiveRate">α in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside its range.</exception>
    public double TruePositiveRateAt(double falsePositiveRate)
    {
        if (falsePositiveRate is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(falsePositiveRate),
                falsePositiveRate,
                $"falsePositiveRate = {falsePositiveRate}; expected a rate in [0, 1]"
            );
        }

        return _curve.Min(pair =>
            Math.Min(
                (Math.Exp(pair.Epsilon) * falsePositiveRate) + pair.Delta,
                // The same with both errors in the other's place.
                1 - Math.Max(0, Math.Exp(-pair.Epsilon) * (1 - pair.Delta - falsePositiveRate))
            )
        );
    }
}
