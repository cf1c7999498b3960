namespace Federated.Privacy.Accounting;

/// <summary>Which sources are one account, since their owner linked them.</summary>
internal sealed class SourceGroups
{
    private readonly Dictionary<string, HashSet<string>> _groups = [];

    /// <summary>The source and all that are linked to it, directly or through others.</summary>
    public IReadOnlySet<string> Of(string source) =>
        _groups.TryGetValue(source, out var group) ? group : new HashSet<string> { source };

    public void Link(string one, string other)
    {
        HashSet<string> all = [.. Of(one), .. Of(other)];
        foreach (var source in all)
        {
            _groups[source] = all;
        }
    }
}
