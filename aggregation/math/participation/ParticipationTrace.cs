using System.Globalization;

namespace Federated.Aggregation;

/// <summary>Who took part in which round, as a table: for explaining weights, not for running anything.</summary>
public sealed class ParticipationTrace
{
    private const long LastRound = 1_000_000_000;

    private readonly SortedDictionary<string, SortedSet<long>> _roundsOfNode = new(StringComparer.Ordinal);

    private ParticipationTrace() { }

    /// <summary>Number of rounds: the last one in the table, plus 1.</summary>
    public long Rounds { get; private set; }

    /// <summary>Reads rows "round,node"; rounds count from 0. A head line "round,node" and empty lines are skipped.</summary>
    /// <exception cref="FormatException">A row is something else; the message names line, value and what was expected.</exception>
    public static ParticipationTrace Read(TextReader rows)
    {
        var trace = new ParticipationTrace();
        var number = 0;
        while (rows.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || (number == 1 && IsHead(line)))
            {
                continue;
            }

            var cells = line.Split(',');
            var isRow =
                cells.Length == 2
                && long.TryParse(cells[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var round)
                && round <= LastRound
                && cells[1].Trim().Length > 0;
            if (!isRow)
            {
                throw new FormatException(
                    $"line {number}: \"{line}\"; expected round,node such as 12,hospital-a, with a round of 0 … {LastRound}"
                );
            }

            trace.Add(long.Parse(cells[0].Trim(), CultureInfo.InvariantCulture), cells[1].Trim());
        }

        return trace.Rounds > 0
            ? trace
            : throw new FormatException("no rows; expected round,node such as 12,hospital-a");
    }

    /// <summary>What each node's next update would weigh, after the last round. All nodes are in the run from round 0 on.</summary>
    /// <param name="policy">Method, cutoff and cap; N is the number of nodes in the table.</param>
    /// <returns>By node, ordinal.</returns>
    /// <exception cref="UnknownProbabilityException">The method is known, and a node of the table has no probability.</exception>
    public IReadOnlyList<TracedNode> Explain(ParticipationPolicy policy)
    {
        var explained = new List<TracedNode>();
        var population = new PopulationParticipation(
            Rounds * _roundsOfNode.Count,
            _roundsOfNode.Values.Sum(rounds => (long)rounds.Count)
        );
        foreach (var (node, rounds) in _roundsOfNode)
        {
            var counters = ParticipationCounters.AdmittedAt(0, policy.Window);
            foreach (var round in rounds)
            {
                counters = counters.Participate(round, policy.Cutoff);
            }

            counters = counters.AdvanceTo(Rounds, policy.Cutoff);
            explained.Add(
                new(
                    node,
                    policy.Weight(node, counters, Rounds, _roundsOfNode.Count, population),
                    counters.Intervals,
                    counters.OpenInterval,
                    rounds.Count
                )
            );
        }

        return explained;
    }

    private static bool IsHead(string line) =>
        line.Replace(" ", "", StringComparison.Ordinal).Equals("round,node", StringComparison.OrdinalIgnoreCase);

    private void Add(long round, string node)
    {
        if (!_roundsOfNode.TryGetValue(node, out var rounds))
        {
            _roundsOfNode[node] = rounds = [];
        }

        rounds.Add(round);
        Rounds = Math.Max(Rounds, round + 1);
    }
}
