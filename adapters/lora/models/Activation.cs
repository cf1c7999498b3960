using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>The functions between two linear layers, by the names of Hugging Face's ACT2FN.</summary>
internal static class Activation
{
    // √(2/π)
    private const double Inner = 0.79788456080286535588;

    /// <summary>Finds a function.</summary>
    /// <param name="name">gelu | gelu_new | gelu_pytorch_tanh | relu | silu | swish | tanh.</param>
    /// <returns>The function, or null when the name is another.</returns>
    public static Func<Tensor, Tensor>? Find(string name) =>
        name switch
        {
            "gelu" => x => nn.functional.gelu(x),
            "gelu_new" or "gelu_pytorch_tanh" => GeluByTanh,
            "relu" => x => nn.functional.relu(x),
            "silu" or "swish" => x => nn.functional.silu(x),
            "tanh" => x => x.tanh(),
            _ => null,
        };

    // ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), GPT-2's own.
    private static Tensor GeluByTanh(Tensor x)
    {
        var inner = x.Plus((x * x * x).Times(0.044715)).Times(Inner);
        return x.Times(0.5) * inner.tanh().Plus(1);
    }
}
