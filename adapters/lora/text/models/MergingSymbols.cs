namespace Federated.Adapters.Text;

/// <summary>A row of symbols in which neighbours merge, in O(n log n) for n symbols.</summary>
internal sealed class MergingSymbols
{
    private readonly int[] _ids;
    private readonly int[] _previous;
    private readonly int[] _next;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges;
    private readonly PriorityQueue<(int Left, int Id), (int Rank, int Left)> _queue = new();

    public MergingSymbols(List<int> symbols, Dictionary<(int Left, int Right), (int Rank, int Id)> merges)
    {
        _ids = [.. symbols];
        _merges = merges;
        _previous = [.. Enumerable.Range(-1, _ids.Length)];
        _next = [.. Enumerable.Range(1, _ids.Length)];
        for (var i = 0; i + 1 < _ids.Length; i++)
        {
            Propose(i);
        }
    }

    /// <summary>Merges until nothing merges.</summary>
    /// <returns>The symbols that are left.</returns>
    public int[] Merge()
    {
        while (_queue.TryDequeue(out var proposed, out _))
        {
            var (left, id) = proposed;
            var right = _next[left];
            // Overtaken by another merge.
            if (_ids[left] < 0 || right >= _ids.Length || Result(left, right) != id)
            {
                continue;
            }

            _ids[left] = id;
            _ids[right] = -1;
            _next[left] = _next[right];
            if (_next[right] < _ids.Length)
            {
                _previous[_next[right]] = left;
            }

            Propose(left);
            if (_previous[left] >= 0)
            {
                Propose(_previous[left]);
            }
        }

        return [.. _ids.Where(id => id >= 0)];
    }

    private void Propose(int left)
    {
        if (_next[left] < _ids.Length && _merges.TryGetValue((_ids[left], _ids[_next[left]]), out var merge))
        {
            _queue.Enqueue((left, merge.Id), (merge.Rank, left));
        }
    }

    private int Result(int left, int right) =>
        _merges.TryGetValue((_ids[left], _ids[right]), out var merge) ? merge.Id : -1;
}
