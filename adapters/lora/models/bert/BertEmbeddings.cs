using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>The sum of a token's, its position's and its type's vectors, normalised.</summary>
internal sealed class BertEmbeddings : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly TokenEmbedding _words;
    private readonly TokenEmbedding _positions;
    private readonly TokenEmbedding _types;
    private readonly LayerNorm _norm;
    private readonly int _firstPosition;

    public BertEmbeddings(BertConfig config)
        : base(nameof(BertEmbeddings))
    {
        _firstPosition = config.FirstPosition;
        register_module("word_embeddings", _words = new TokenEmbedding(config.VocabSize, config.HiddenSize));
        register_module("position_embeddings", _positions = new TokenEmbedding(config.Positions, config.HiddenSize));
        register_module("token_type_embeddings", _types = new TokenEmbedding(config.TokenTypes, config.HiddenSize));
        register_module("LayerNorm", _norm = new LayerNorm(config.HiddenSize, config.LayerNormEpsilon));
    }

    /// <summary>Maps ids [B, T], and types [B, T] or null for all of the first, to [B, T, width]. Padding is on the right, so that a token's place is its position.</summary>
    public override Tensor forward(Tensor ids, Tensor? types)
    {
        var positions = _positions.Weight.narrow(0, _firstPosition, ids.shape[1]);
        var type = types is null ? _types.Weight.narrow(0, 0, 1) : _types.call(types);
        return _norm.call(_words.call(ids).Plus(type).Plus(positions));
    }
}
