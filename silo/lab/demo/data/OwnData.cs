namespace Federated.Lab.Demo.Data;

/// <summary>The user's own records: a folder with one JSON-lines file per organisation.</summary>
internal static class OwnData
{
    /// <summary>Checks every file of <paramref name="folder"/> the way its node will, and names the organisations after the files.</summary>
    /// <exception cref="DemoException">No such folder, fewer than two files, or a file without readable records.</exception>
    public static IReadOnlyList<Organisation> Read(string folder, int? nodes)
    {
        if (!Directory.Exists(folder))
        {
            throw new DemoException(ExitCode.Usage, $"--data {folder}: no such folder.");
        }

        var files = Directory.GetFiles(folder, "*.jsonl").Order(StringComparer.Ordinal).ToArray();
        if (files.Length < 2)
        {
            throw new DemoException(
                ExitCode.Usage,
                $"--data {folder}: {files.Length} .jsonl files, expected at least 2: one per organisation, "
                    + "each line an object {\"text\": \"...\", \"group\": \"optional\"}."
            );
        }

        if (nodes > files.Length)
        {
            throw new DemoException(
                ExitCode.Usage,
                $"--nodes {nodes}: {folder} holds {files.Length} .jsonl files; add files or ask for at most {files.Length} nodes."
            );
        }

        return [.. files.Take(nodes ?? files.Length).Select(Check)];
    }

    private static Organisation Check(string file)
    {
        try
        {
            // Which side a record falls on does not matter here, only that every line is one.
            using var records = ClientNode.JsonLinesRecords.Open(file, new ClientNode.HoldOut(new byte[32], 0));
            return new Organisation(Name(file), Path.GetFullPath(file), records.TrainingCount);
        }
        catch (ClientNode.InvalidRecordsException e)
        {
            throw new DemoException(ExitCode.Usage, $"--data: {e.Message}", e);
        }
    }

    private static string Name(string file) =>
        string.Concat(
            Path.GetFileNameWithoutExtension(file).Select(c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '-')
        );
}
