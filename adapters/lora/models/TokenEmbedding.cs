using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>The vector of each token id.</summary>
internal sealed class TokenEmbedding : nn.Module<Tensor, Tensor>
{
    private Parameter _weight;

    public TokenEmbedding(long vocabularySize, long width)
        : base(nameof(TokenEmbedding))
    {
        _weight = new Parameter(empty(vocabularySize, width), requires_grad: false);
        register_parameter("weight", _weight);
    }

    public Parameter Weight => _weight;

    /// <summary>Maps ids [B, T] to [B, T, width].</summary>
    public override Tensor forward(Tensor input) =>
        _weight.index_select(0, input.reshape(-1)).to(ScalarType.Float32).view(input.shape[0], input.shape[1], -1);

    /// <summary>Keeps the vectors in bfloat16 from now on.</summary>
    public void KeepInBFloat16()
    {
        using var untracked = no_grad();
        var full = _weight;
        _weight = new Parameter(full.to(ScalarType.BFloat16), requires_grad: false);
        ConditionallyRegisterParameter("weight", _weight);
        full.Dispose();
    }
}
