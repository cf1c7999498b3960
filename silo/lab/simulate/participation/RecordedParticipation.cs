using System.Globalization;

namespace Federated.Lab.Simulate;

/// <summary>Who took part in which round, from a table of rows "round,node": what a simulation writes, and <c>fedsilo weights --trace</c> reads.</summary>
internal sealed class RecordedParticipation : IParticipation
{
    private readonly List<int>[] _nodesOfRound;

    private RecordedParticipation(List<int>[] nodesOfRound) => _nodesOfRound = nodesOfRound;

    /// <inheritdoc/>
    public long? Rounds => _nodesOfRound.Length;

    /// <inheritdoc/>
    public IReadOnlyList<int> Of(long round) => round < _nodesOfRound.Length ? _nodesOfRound[round] : [];

    /// <summary>How often each node took part: its share of the rounds, at least that of less than one round, so that it can be divided by.</summary>
    /// <param name="nodes">How many nodes the simulation has.</param>
    public IReadOnlyList<double> Shares(int nodes)
    {
        var counts = new double[nodes];
        foreach (var node in _nodesOfRound.SelectMany(present => present))
        {
            counts[node]++;
        }

        return [.. counts.Select(count => Math.Max(count, 0.5) / _nodesOfRound.Length)];
    }

    /// <summary>Reads a table. Rounds count from 0; nodes are named as a simulation names them, or by number.</summary>
    /// <param name="rows">The table; a head line and empty lines are skipped.</param>
    /// <param name="nodes">How many nodes the simulation has.</param>
    /// <exception cref="FormatException">A row is something else, or names a node beyond them; the message names line and value.</exception>
    public static RecordedParticipation Read(TextReader rows, int nodes)
    {
        var found = new SortedSet<(int Round, int Node)>();
        var number = 0;
        while (rows.ReadLine() is { } line)
        {
            number++;
            if (line.Length > 0 && !(number == 1 && line == "round,node"))
            {
                found.Add(Row(line, number, nodes));
            }
        }

        if (found.Count == 0)
        {
            throw new FormatException("no rows; expected round,node such as 12,node-3");
        }

        var nodesOfRound = Enumerable.Range(0, found.Max.Round + 1).Select(_ => new List<int>()).ToArray();
        foreach (var (round, node) in found)
        {
            nodesOfRound[round].Add(node);
        }

        return new(nodesOfRound);
    }

    private static (int Round, int Node) Row(string line, int number, int nodes)
    {
        var cells = line.Split(',', StringSplitOptions.TrimEntries);
        if (
            cells is not [var first, var second]
            || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var round)
            || NodeNames.NumberOf(second) is not { } node
        )
        {
            throw new FormatException($"line {number}: \"{line}\"; expected round,node such as 12,node-3");
        }

        return node < nodes
            ? (round, node)
            : throw new FormatException(
                $"line {number}: node {node}; the simulation has the nodes 0 … {nodes - 1}: raise --nodes"
            );
    }
}
