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
    private readonly Dictionary<string, int> _vocabulary;
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

        var merged = new MergingSymbols(Symbols(piece), _merges).Merge();
        if (piece.Length <= CachedLength && _cached < CacheSize && _cache.TryAdd(piece, merged))
        {
            Interlocked.Increment(ref _cached);
        }

        ids.AddRange(merged);
    }

    private List<int> Symbols(string piece)
    {
        var symbols = new List<int>(piece.Length);
        var afterUnknown = false;
        foreach (var rune in piece.EnumerateRunes())
        {
            var character = rune.ToString();
            if (_vocabulary.TryGetValue(character, out var id) && !_never.Contains(id))
            {
                symbols.Add(id);
                afterUnknown = false;
            }
            else if (_bytes is not null)
            {
                symbols.AddRange(_bytes.Of(character));
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
