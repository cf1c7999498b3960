using System.Collections.Concurrent;

namespace Federated.Adapters.Text;

/// <summary>
/// Byte pair encoding (https://arxiv.org/abs/1508.07909): a part begins as its characters; the neighbours that were merged earliest in
/// training are merged first, the leftmost of equals, until none is left.
/// </summary>
internal sealed class BytePairModel : ITokenModel
{
    // Words repeat; this many are remembered.
    private const int CacheSize = 50_000;
    private const int CachedLength = 64;

    // A word is this short: looking at all pairs again costs less than a queue of them.
    private const int FewSymbols = 24;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges;
    private readonly BytePairOptions _options;
    private readonly IReadOnlySet<int> _never;
    private int _cached;
    private readonly ByteTokens? _bytes;
    private readonly int? _unknown;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">Token → id.</param>
    /// <param name="merges">Pairs of ids → how early they merge, and into what.</param>
    /// <param name="options">The rest.</param>
    /// <param name="never">Ids that no text gives: special tokens.</param>
    public BytePairModel(
        Dictionary<string, int> vocabulary,
        Dictionary<(int Left, int Right), (int Rank, int Id)> merges,
        BytePairOptions options,
        IReadOnlySet<int>? never = null
    )
    {
        _vocabulary = vocabulary;
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _merges = merges;
        _options = options;
        _never = never ?? new HashSet<int>();
        _bytes = options.ByteFallback ? ByteTokens.Find(vocabulary) : null;
        _unknown = options.Unknown is { } unknown && vocabulary.TryGetValue(unknown, out var id) ? id : null;
    }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public void Encode(string piece, List<int> ids)
    {
        if (_options.IgnoreMerges && _vocabulary.TryGetValue(piece, out var whole) && !_never.Contains(whole))
        {
            ids.Add(whole);
            return;
        }

        if (_cache.TryGetValue(piece, out var known))
        {
            ids.AddRange(known);
            return;
        }

        var merged = Merged(Symbols(piece));
        if (piece.Length <= CachedLength && _cached < CacheSize && _cache.TryAdd(piece, merged))
        {
            Interlocked.Increment(ref _cached);
        }

        ids.AddRange(merged);
    }

    private int[] Merged(List<int> symbols)
    {
        if (symbols.Count > FewSymbols)
        {
            return new MergingSymbols(symbols, _merges).Merge();
        }

        while (true)
        {
            var (at, first) = (-1, (Rank: int.MaxValue, Id: 0));
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (_merges.TryGetValue((symbols[i], symbols[i + 1]), out var merge) && merge.Rank < first.Rank)
                {
                    (at, first) = (i, merge);
                }
            }

            if (at < 0)
            {
                return [.. symbols];
            }

            symbols[at] = first.Id;
            symbols.RemoveAt(at + 1);
        }
    }

    private List<int> Symbols(string piece)
    {
        var symbols = new List<int>(piece.Length);
        var afterUnknown = false;
        var at = 0;
        foreach (var rune in piece.EnumerateRunes())
        {
            var character = piece.AsSpan(at, rune.Utf16SequenceLength);
            at += character.Length;
            if (_lookup.TryGetValue(character, out var id) && !_never.Contains(id))
            {
                symbols.Add(id);
                afterUnknown = false;
            }
            else if (_bytes is not null)
            {
                symbols.AddRange(_bytes.Of(rune.ToString()));
                afterUnknown = false;
            }
            else if (_unknown is { } unknown)
            {
                if (!afterUnknown || !_options.FuseUnknown)
                {
                    symbols.Add(unknown);
                }

                afterUnknown = true;
            }
        }

        return symbols;
    }
}
