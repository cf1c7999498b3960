using System.Text;

namespace Federated.Adapters.Text;

/// <summary>
/// The unigram language model (https://arxiv.org/abs/1804.10959): of all ways to cover a text with tokens, the likeliest, found by
/// Viterbi's algorithm.
/// </summary>
internal sealed class UnigramModel : ITokenModel
{
    // SentencePiece's kUnkPenalty: a character without a token costs this much more than the rarest token.
    private const double UnknownPenalty = 10;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly double[] _scores;
    private readonly int _unknown;
    private readonly double _unknownScore;
    private readonly ByteTokens? _bytes;
    private readonly int _longest;

    /// <summary>Creates the model.</summary>
    /// <param name="tokens">Tokens by id, each once, with their log probabilities.</param>
    /// <param name="unknown">Id of the unknown token.</param>
    /// <param name="byteFallback">Whether unknown characters become the tokens of their bytes.</param>
    /// <param name="never">Ids that no text gives: control tokens.</param>
    public UnigramModel(
        IReadOnlyList<(string Token, double Score)> tokens,
        int unknown,
        bool byteFallback,
        IReadOnlySet<int>? never = null
    )
    {
        _vocabulary = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        var made = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (var id = 0; id < tokens.Count; id++)
        {
            _vocabulary.TryAdd(tokens[id].Token, id);
            if (id != unknown && never?.Contains(id) is not true && tokens[id].Token.Length > 0)
            {
                made.TryAdd(tokens[id].Token, id);
            }
        }

        _lookup = made.GetAlternateLookup<ReadOnlySpan<char>>();
        _scores = [.. tokens.Select(token => token.Score)];
        _unknown = unknown;
        _unknownScore = _scores.DefaultIfEmpty(0).Min() - UnknownPenalty;
        _bytes = byteFallback ? ByteTokens.Find(_vocabulary) : null;
        _longest = made.Keys.Select(token => token.Length).DefaultIfEmpty(1).Max();
    }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public void Encode(string piece, List<int> ids)
    {
        var afterUnknown = false;
        foreach (var (start, end, id) in Best(piece))
        {
            if (id != _unknown)
            {
                ids.Add(id);
            }
            else if (_bytes is not null)
            {
                ids.AddRange(_bytes.Of(piece[start..end]));
            }
            else if (!afterUnknown)
            {
                ids.Add(_unknown);
            }

            afterUnknown = id == _unknown;
        }
    }

    private Stack<(int Start, int End, int Id)> Best(string text)
    {
        var best = new (double Score, int Start, int Id)[text.Length + 1];
        Array.Fill(best, (double.NegativeInfinity, 0, 0));
        best[0].Score = 0;
        for (var start = 0; start < text.Length; )
        {
            var character = Rune.TryGetRuneAt(text, start, out var rune) ? rune.Utf16SequenceLength : 1;
            var covered = false;
            for (var end = start + 1; end <= Math.Min(text.Length, start + _longest); end++)
            {
                if (_lookup.TryGetValue(text.AsSpan(start, end - start), out var id))
                {
                    Propose(best, start, end, id, best[start].Score + _scores[id]);
                    covered |= end - start == character;
                }
            }

            if (!covered)
            {
                Propose(best, start, start + character, _unknown, best[start].Score + _unknownScore);
            }

            start += character;
        }

        var path = new Stack<(int Start, int End, int Id)>();
        for (var end = text.Length; end > 0; end = best[end].Start)
        {
            path.Push((best[end].Start, end, best[end].Id));
        }

        return path;
    }

    private static void Propose((double Score, int Start, int Id)[] best, int start, int end, int id, double score)
    {
        if (score > best[end].Score)
        {
            best[end] = (score, start, id);
        }
    }
}
