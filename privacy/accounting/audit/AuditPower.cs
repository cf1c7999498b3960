using System.Globalization;

namespace Federated.Privacy.Accounting;

/// <summary>Whether an audit is large enough to mean something: the claim is at most half of what an attacker without error could show.</summary>
public static class AuditPower
{
    /// <summary>Refuses an audit whose yes would say nothing.</summary>
    /// <param name="claimedEpsilon">ε that is claimed; &gt; 0.</param>
    /// <param name="size">Games, canaries or records of the audit.</param>
    /// <param name="ceiling">The most that an audit of a size can show; rising with the size as long as δ lets it.</param>
    /// <param name="largest">The largest size that can be asked for.</param>
    /// <returns>The ceiling at <paramref name="size"/>.</returns>
    /// <exception cref="AuditTooSmallException">The claim is over half of the ceiling; the message says what size would do.</exception>
    public static double Require(
        double claimedEpsilon,
        long size,
        Func<long, double> ceiling,
        long largest = 1_000_000_000
    )
    {
        ArgumentNullException.ThrowIfNull(ceiling);
        var most = ceiling(size);
        if (claimedEpsilon <= most / 2)
        {
            return most;
        }

        var needed = Needed(claimedEpsilon, size, ceiling, largest);
        throw new AuditTooSmallException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"the claimed epsilon {claimedEpsilon:G4} is over half of {most:G4}, the most that size {size} can show: "
            )
                + (
                    needed is { } enough
                        ? string.Create(
                            CultureInfo.InvariantCulture,
                            $"it takes size {enough}, or a smaller epsilon (more noise, or fewer steps)"
                        )
                        : $"no size up to {largest} can show twice the claim at this delta; audit a plan of smaller epsilon (more noise, or fewer steps)"
                )
        );
    }

    /// <summary>The smallest size above <paramref name="size"/> that would do; null if none does.</summary>
    private static long? Needed(double claimedEpsilon, long size, Func<long, double> ceiling, long largest)
    {
        bool Does(long candidate) => claimedEpsilon <= ceiling(candidate) / 2;
        var (low, high) = (size, size);
        while (!Does(high))
        {
            var before = ceiling(high);
            (low, high) = (high, 2 * high);
            // At some size δ alone explains what an attacker sees, and more of it shows less.
            if (high > largest || ceiling(high) < before)
            {
                return null;
            }
        }

        while (high - low > Math.Max(1, high / 1000))
        {
            var middle = low + ((high - low) / 2);
            (low, high) = Does(middle) ? (low, middle) : (middle, high);
        }

        return high;
    }
}
