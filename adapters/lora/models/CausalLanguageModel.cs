using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>A language model that predicts each token from those before it. Families (LLaMA, …) derive from it.</summary>
/// <param name="name">The module's name.</param>
public abstract class CausalLanguageModel(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>The linear layers that an adapter may follow, in a fixed order: layer by layer, in the order of use.</summary>
    public abstract IReadOnlyList<AdaptableLinear> AdaptableLinears { get; }

    /// <summary>Number of token ids the model knows.</summary>
    public abstract long VocabularySize { get; }

    /// <summary>Longest sequence the model was made for, in tokens.</summary>
    public abstract long MaxSequenceLength { get; }

    /// <summary>Computes the logits of the next token at every position.</summary>
    /// <param name="input">Token ids [B, T], int64, each in 0..VocabularySize-1; T ≤ <see cref="MaxSequenceLength"/>.</param>
    /// <returns>Logits [B, T, VocabularySize], float32.</returns>
    public abstract override Tensor forward(Tensor input);
}
