namespace Federated.ClientNode;

/// <summary>What is wrong with the lines of a data file: each complaint once, with the lines that it is about. Never a word of a record.</summary>
/// <remarks>A file of another kind may be wrong in each of its lines: what is kept has a bound.</remarks>
internal sealed class RecordErrors
{
    private const int LinesShown = 10;
    private const int ComplaintsShown = 10;
    private readonly OrderedDictionary<string, (List<int> First, int Count)> _lines = [];
    private long _more; // lines with complaints beyond those that are shown

    /// <summary>Whether there is anything to say.</summary>
    public bool Any => _lines.Count > 0;

    /// <summary>Notes a complaint.</summary>
    /// <param name="line">The line's number; ≥ 1.</param>
    /// <param name="complaint">What is wrong with it, such as <c>has no field "text"</c>.</param>
    public void Add(int line, string complaint)
    {
        var (first, count) = _lines.TryGetValue(complaint, out var known) ? known : ([], 0);
        if (count == 0 && _lines.Count == ComplaintsShown)
        {
            _more++;
            return;
        }

        if (first.Count < LinesShown)
        {
            first.Add(line);
        }

        _lines[complaint] = (first, count + 1);
    }

    /// <summary>All complaints in one sentence, in the order of their first lines.</summary>
    public override string ToString() =>
        string.Join("; ", _lines.Select(one => $"{Lines(one.Value.First, one.Value.Count)}: {one.Key}"))
        + (_more > 0 ? $"; and {_more} more lines" : "");

    private static string Lines(List<int> first, int count) =>
        (count == 1 ? "line " : "lines ")
        + string.Join(", ", first)
        + (count > first.Count ? $" and {count - first.Count} more" : "");
}
