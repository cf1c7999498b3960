using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>
/// The stages through which a text becomes ids, as Hugging Face's tokenizers library has them:
/// <code>
///   text → added tokens are cut out → normalizer → pre-tokenizer → model → ids
///   ids  → tokens without the special ones → decoder → text
/// </code>
/// Special tokens are never cut out of a text: what a record says stays text.
/// </summary>
internal sealed class TokenizerPipeline
{
    private readonly AddedTokens _raw;
    private readonly Lazy<AddedTokens> _normalized;
    private readonly string?[] _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly HashSet<int> _special;

    /// <summary>Puts the stages together.</summary>
    /// <exception cref="InvalidCheckpointException">An added token's id is not a whole number of a sane size.</exception>
    public TokenizerPipeline(ITokenModel model, IReadOnlyList<AddedToken> added, string source)
    {
        Model = model;
        var texts = added.Where(token => !token.Special).ToList();
        _raw = new AddedTokens(texts.Where(token => !token.Normalized));
        _normalized = new Lazy<AddedTokens>(() =>
            new AddedTokens(
                texts
                    .Where(token => token.Normalized)
                    .Select(token => NormalizesAdded ? token with { Content = Normalize(token.Content) } : token)
            )
        );
        Special = [.. added.Where(token => token.Special)];
        _special = [.. Special.Select(token => token.Id)];
        _ids = new Dictionary<string, int>(model.Vocabulary, StringComparer.Ordinal);
        foreach (var token in added)
        {
            _ids[token.Content] = token.Id;
        }

        var largest = _ids.Count == 0 ? -1 : _ids.Values.Max();
        if (_ids.Values.Any(id => id < 0) || largest > 10_000_000)
        {
            throw new InvalidCheckpointException($"{source}: the vocabulary has ids outside 0 … 10000000.");
        }

        _tokens = new string?[largest + 1];
        foreach (var (token, id) in _ids)
        {
            _tokens[id] = token;
        }
    }

    /// <summary>The model.</summary>
    public ITokenModel Model { get; }

    /// <summary>The tokens that no text makes.</summary>
    public IReadOnlyList<AddedToken> Special { get; }

    /// <summary>What is done to a text first.</summary>
    public Normalizer Normalize { get; init; } = text => text;

    /// <summary>Whether added tokens that are looked for in a normalised text are normalised themselves.</summary>
    public bool NormalizesAdded { get; init; } = true;

    /// <summary>How it is cut.</summary>
    public PreTokenizer Split { get; init; } = PreTokenizers.Whole;

    /// <summary>How tokens become text.</summary>
    public TokenDecoder Decoder { get; init; } = Decoders.Spaces;

    /// <summary>What the post-processor puts around a text; null when the files say nothing of it.</summary>
    public (IReadOnlyList<int> Before, IReadOnlyList<int> After)? Template { get; init; }

    /// <summary>One more than the largest id.</summary>
    public int VocabularySize => _tokens.Length;

    /// <summary>The id of a token; null when there is none.</summary>
    public int? Find(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>The ids of a text.</summary>
    public List<int> Encode(string text)
    {
        var ids = new List<int>((text.Length / 3) + 1);
        foreach (var (part, start, token) in _raw.Split(text))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }

            foreach (var (piece, at, inner) in _normalized.Value.Split(Normalize(part)))
            {
                if (inner is not null)
                {
                    ids.Add(inner.Id);
                    continue;
                }

                foreach (var cut in Split(new TextPiece(piece, start == 0 && at == 0)))
                {
                    if (cut.Text.Length > 0)
                    {
                        Model.Encode(cut.Text, ids);
                    }
                }
            }
        }

        return ids;
    }

    /// <summary>The text of ids; special tokens and unknown ids are left out.</summary>
    public string Decode(IEnumerable<int> ids) =>
        string.Concat(
            Decoder(
                ids.Where(id => id >= 0 && id < _tokens.Length && !_special.Contains(id))
                    .Select(id => _tokens[id])
                    .OfType<string>()
                    .ToList()
            )
        );
}
