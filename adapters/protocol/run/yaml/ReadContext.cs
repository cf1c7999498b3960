namespace Federated.Protocol;

/// <summary>What the sections of one text share while they are read.</summary>
/// <param name="errors">Errors found so far.</param>
internal sealed class ReadContext(List<RunDocumentError> errors)
{
    /// <summary>Where each key that was asked for stands.</summary>
    public Dictionary<string, int> Lines { get; } = [];

    /// <summary>All sections that were asked for.</summary>
    public List<SectionReader> Sections { get; } = [];

    public void Add(RunDocumentError error) => errors.Add(error);

    /// <summary>Whether this path, one above or one below it already has an error.</summary>
    public bool HasError(string path) =>
        errors.Exists(error =>
            error.Path == path
            || path.StartsWith(error.Path + ".", StringComparison.Ordinal)
            || error.Path.StartsWith(path + ".", StringComparison.Ordinal)
        );

    /// <summary>The line of a path, or of the nearest section above it that stands in the text.</summary>
    public int LineOf(string path)
    {
        while (true)
        {
            if (Lines.TryGetValue(path, out var line))
            {
                return line;
            }

            var dot = path.LastIndexOf('.');
            if (dot < 0)
            {
                return 1;
            }

            path = path[..dot];
        }
    }
}
