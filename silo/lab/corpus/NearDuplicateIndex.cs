using System.Runtime.InteropServices;

namespace Federated.Lab.Corpus;

/// <summary>
/// Texts by content: two are near-duplicates when the Jaccard similarity of their sets of three-word shingles (lower case, digits
/// alike, signs ignored) is at least a threshold. Candidates come from MinHash bands (Broder 1997), and each is then compared exactly.
/// </summary>
public sealed class NearDuplicateIndex
{
    private const int Bands = 16;
    private const int Rows = 4;
    private const int ShingleWords = 3;

    private readonly double _similarity;
    private readonly List<HashSet<ulong>> _texts = [];
    private readonly Dictionary<(int Band, ulong Key), List<int>> _buckets = [];

    /// <summary>Creates an empty index.</summary>
    /// <param name="similarity">Jaccard similarity from which two texts count as near-duplicates, in (0.5, 1].</param>
    public NearDuplicateIndex(double similarity = 0.8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(similarity, 0.5);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(similarity, 1);
        _similarity = similarity;
    }

    /// <summary>Adds a text unless the index holds a near-duplicate of it.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it was added.</returns>
    public bool Add(string text)
    {
        var shingles = Shingles(text);
        var keys = BandKeys(shingles);
        if (Find(shingles, keys))
        {
            return false;
        }

        for (var band = 0; band < Bands; band++)
        {
            ref var bucket = ref CollectionsMarshal.GetValueRefOrAddDefault(_buckets, (band, keys[band]), out _);
            (bucket ??= []).Add(_texts.Count);
        }

        _texts.Add(shingles);
        return true;
    }

    /// <summary>Whether the index holds a near-duplicate of a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True when it does.</returns>
    public bool Contains(string text)
    {
        var shingles = Shingles(text);
        return Find(shingles, BandKeys(shingles));
    }

    private bool Find(HashSet<ulong> shingles, ulong[] keys)
    {
        var compared = new HashSet<int>();
        for (var band = 0; band < Bands; band++)
        {
            if (
                _buckets.TryGetValue((band, keys[band]), out var bucket)
                && bucket.Any(other => compared.Add(other) && Jaccard(shingles, _texts[other]) >= _similarity)
            )
            {
                return true;
            }
        }

        return false;
    }

    private static double Jaccard(HashSet<ulong> left, HashSet<ulong> right)
    {
        var common = left.Count(right.Contains);
        return (double)common / (left.Count + right.Count - common);
    }

    private static HashSet<ulong> Shingles(string text)
    {
        var words = Words(text);
        var shingles = new HashSet<ulong>();
        for (var start = 0; start == 0 || start + ShingleWords <= words.Count; start++)
        {
            var hash = 0UL;
            foreach (var word in CollectionsMarshal.AsSpan(words)[start..Math.Min(words.Count, start + ShingleWords)])
            {
                hash = Mix(hash + word);
            }

            shingles.Add(hash);
        }

        return shingles;
    }

    // FNV-1a of each run of letters and digits, in lower case, every digit read as 0.
    private static List<ulong> Words(string text)
    {
        const ulong offset = 14695981039346656037;
        var words = new List<ulong>();
        var hash = offset;
        foreach (var letter in text)
        {
            if (char.IsLetterOrDigit(letter))
            {
                hash = (hash ^ (char.IsDigit(letter) ? '0' : char.ToLowerInvariant(letter))) * 1099511628211;
            }
            else if (hash != offset)
            {
                words.Add(hash);
                hash = offset;
            }
        }

        if (hash != offset)
        {
            words.Add(hash);
        }

        return words;
    }

    private static ulong[] BandKeys(HashSet<ulong> shingles)
    {
        var keys = new ulong[Bands];
        for (var band = 0; band < Bands; band++)
        {
            for (var row = 0; row < Rows; row++)
            {
                var salt = Mix((ulong)(band * Rows + row + 1));
                keys[band] = Mix(keys[band] + shingles.Min(shingle => Mix(shingle ^ salt)));
            }
        }

        return keys;
    }

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
