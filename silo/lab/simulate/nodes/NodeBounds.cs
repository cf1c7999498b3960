using System.Globalization;
using System.Text;
using Federated.Privacy.Accounting;

namespace Federated.Lab.Simulate;

/// <summary>
/// The bound that each node's adaptive clipping goes on from. As at a real node it moves only with an update that is sent. It is kept by base version, so that
/// a node which does a piece of work again after a stop begins it with the bound it had.
/// </summary>
internal sealed class NodeBounds : IDisposable
{
    private readonly Dictionary<int, List<(long BaseVersion, double MaxGradNorm)>> _ofNode = [];
    private readonly FileStream? _file;

    /// <summary>Opens what an earlier process has written.</summary>
    /// <param name="file">Rows of node, base version and bound; null = in memory.</param>
    public NodeBounds(string? file)
    {
        if (file is null)
        {
            return;
        }

        _file = new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        using var reader = new StreamReader(_file, Encoding.ASCII, leaveOpen: true);
        var whole = 0L;
        foreach (var row in reader.ReadToEnd().Split('\n')[..^1])
        {
            var cells = row.Split(',');
            Add(
                int.Parse(cells[0], CultureInfo.InvariantCulture),
                long.Parse(cells[1], CultureInfo.InvariantCulture),
                double.Parse(cells[2], CultureInfo.InvariantCulture)
            );
            whole += row.Length + 1;
        }

        // A row that a kill has cut off was never acted upon.
        _file.SetLength(whole);
        _file.Position = whole;
    }

    /// <summary>The bound a node starts with from a base version; null = the run's first.</summary>
    public double? StartOf(int node, long baseVersion)
    {
        var before = (_ofNode.GetValueOrDefault(node) ?? []).FindLastIndex(row => row.BaseVersion < baseVersion);
        return before < 0 ? null : _ofNode[node][before].MaxGradNorm;
    }

    /// <summary>Remembers where an update ended, before it is sent.</summary>
    public void Keep(int node, long baseVersion, double maxGradNorm)
    {
        if (_ofNode.GetValueOrDefault(node) is [.., var last] && last.BaseVersion >= baseVersion)
        {
            // Done again after a stop, with the same result.
            return;
        }

        Add(node, baseVersion, maxGradNorm);
        if (_file is not null)
        {
            _file.Write(
                Encoding.ASCII.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"{node},{baseVersion},{maxGradNorm:R}\n")
                )
            );
            _file.FlushToDisk();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Add(int node, long baseVersion, double maxGradNorm)
    {
        if (!_ofNode.TryGetValue(node, out var rows))
        {
            _ofNode[node] = rows = [];
        }

        rows.Add((baseVersion, maxGradNorm));
    }
}
