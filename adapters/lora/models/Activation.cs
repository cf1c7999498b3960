using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>The functions between two linear layers, by the names of Hugging Face's ACT2FN.</summary>
internal static class Activation
{
    /// <summary>Finds a function.</summary>
    /// <param name="name">gelu | gelu_new | gelu_pytorch_tanh | relu | silu | swish | tanh.</param>
    /// <returns>The function, or null when the name is another.</returns>
    public static Func<Tensor, Tensor>? Find(string name) =>
        name switch
        {
            "gelu" => x => nn.functional.gelu(x),
            // ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), GPT-2's own, as one operation that keeps x alone for its gradient.
            "gelu_new" or "gelu_pytorch_tanh" => x => x.gelu(GELU.Approximate.tanh),
            "relu" => x => nn.functional.relu(x),
            "silu" or "swish" => x => nn.functional.silu(x),
            "tanh" => x => x.tanh(),
            _ => null,
        };
}
