namespace Federated.ClientNode;

/// <summary>The first complaints about a file, and the number of all: a file of another kind may be wrong in each of its lines.</summary>
/// <param name="shown">How many are kept.</param>
internal sealed class FirstComplaints(int shown)
{
    private readonly List<string> _first = [];

    /// <summary>Number of all.</summary>
    public long Count { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(string complaint)
    {
        if (Count++ < shown)
        {
            _first.Add(complaint);
        }
    }

    /// <summary>The first, and how many more there are.</summary>
    public override string ToString() =>
        string.Join("; ", _first) + (Count > shown ? $"; and {Count - shown} more" : "");
}
