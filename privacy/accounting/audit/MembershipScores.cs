namespace Federated.Privacy.Accounting;

/// <summary>How well scores tell members from others: the whole curve, and the corner of it that matters (Carlini et al. 2022, arXiv 2112.03570).</summary>
/// <remarks>An attacker may mix two thresholds at random, so the curve is the concave hull of what single thresholds reach.</remarks>
public sealed class MembershipScores
{
    private readonly List<(double FalsePositiveRate, double TruePositiveRate)> _hull = [(0, 0)];

    /// <summary>Builds the curve.</summary>
    /// <param name="members">Scores of units that were trained on; a higher score says "member".</param>
    /// <param name="others">Scores of units that were not.</param>
    /// <exception cref="ArgumentException">A list is empty or holds NaN.</exception>
    public MembershipScores(IReadOnlyCollection<double> members, IReadOnlyCollection<double> others)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(others);
        if (members.Count == 0 || others.Count == 0 || members.Concat(others).Any(double.IsNaN))
        {
            throw new ArgumentException(
                "scores of members and of others are needed, at least one of each, without NaN"
            );
        }

        var all = members
            .Select(s => (Score: s, IsMember: true))
            .Concat(others.Select(s => (Score: s, IsMember: false)));
        var (seenMembers, seenOthers) = (0, 0);
        foreach (var level in all.GroupBy(s => s.Score).OrderByDescending(g => g.Key))
        {
            seenMembers += level.Count(s => s.IsMember);
            seenOthers += level.Count(s => !s.IsMember);
            Add(((double)seenOthers / others.Count, (double)seenMembers / members.Count));
        }

        AreaUnderCurve = _hull
            .Zip(
                _hull.Skip(1),
                (a, b) => (b.FalsePositiveRate - a.FalsePositiveRate) * (a.TruePositiveRate + b.TruePositiveRate) / 2
            )
            .Sum();
    }

    /// <summary>The area under the curve; ½ is chance.</summary>
    public double AreaUnderCurve { get; }

    /// <summary>The share of members that are found while at most this share of the others is accused.</summary>
    /// <param name="falsePositiveRate">In [0, 1].</param>
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

        var right = _hull.FindIndex(p => p.FalsePositiveRate > falsePositiveRate);
        if (right < 0)
        {
            return 1;
        }

        var (from, to) = (_hull[right - 1], _hull[right]);
        var share = (falsePositiveRate - from.FalsePositiveRate) / (to.FalsePositiveRate - from.FalsePositiveRate);
        return from.TruePositiveRate + (share * (to.TruePositiveRate - from.TruePositiveRate));
    }

    private void Add((double X, double Y) point)
    {
        while (_hull.Count > 1 && Turn(_hull[^2], _hull[^1], point) >= 0)
        {
            _hull.RemoveAt(_hull.Count - 1);
        }

        _hull.Add(point);
    }

    private static double Turn((double X, double Y) a, (double X, double Y) b, (double X, double Y) c) =>
        ((b.X - a.X) * (c.Y - a.Y)) - ((b.Y - a.Y) * (c.X - a.X));
}
