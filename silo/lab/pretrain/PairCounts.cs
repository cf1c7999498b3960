using System.Runtime.InteropServices;

namespace Federated.Lab.Pretrain;

/// <summary>How often each pair of neighbouring tokens occurs in a set of words, kept up to date while pairs are merged.</summary>
internal sealed class PairCounts
{
    private readonly List<(List<int> Symbols, int Count)> _words;
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _occursIn = [];

    public PairCounts(List<(List<int> Symbols, int Count)> words)
    {
        _words = words;
        for (var word = 0; word < words.Count; word++)
        {
            Add(word, +1);
        }
    }

    public (int Left, int Right)? MostFrequent()
    {
        (int Left, int Right)? best = null;
        var most = 1L;
        foreach (var (pair, count) in _counts)
        {
            if (count > most || (count == most && best is { } current && pair.CompareTo(current) < 0))
            {
                (best, most) = (pair, count);
            }
        }

        return best;
    }

    public void Merge((int Left, int Right) pair, int merged)
    {
        foreach (var word in _occursIn[pair].ToArray())
        {
            Add(word, -1);
            var symbols = _words[word].Symbols;
            for (var at = 0; at + 1 < symbols.Count; at++)
            {
                if (symbols[at] == pair.Left && symbols[at + 1] == pair.Right)
                {
                    symbols[at] = merged;
                    symbols.RemoveAt(at + 1);
                }
            }

            Add(word, +1);
        }
    }

    private void Add(int word, int sign)
    {
        var (symbols, count) = _words[word];
        for (var at = 0; at + 1 < symbols.Count; at++)
        {
            var pair = (symbols[at], symbols[at + 1]);
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += sign * count;
            ref var words = ref CollectionsMarshal.GetValueRefOrAddDefault(_occursIn, pair, out _);
            words ??= [];
            if (sign > 0)
            {
                words.Add(word);
            }
            else
            {
                words.Remove(word);
            }

            if (_counts[pair] == 0)
            {
                _counts.Remove(pair);
            }
        }
    }
}
