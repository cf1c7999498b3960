using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Random first weights for training from scratch: N(0, 0.02²), less by √(2·layers) where a block ends (GPT-2's rule).</summary>
public static class LlamaInitializer
{
    private const double Deviation = 0.02;

    /// <summary>Fills the embedding and the linear layers; norms stay at one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="seed">Equal seeds give equal weights on the same build.</param>
    public static void Initialize(LlamaModel model, long seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var untracked = no_grad();
        using var generator = new Generator((ulong)seed, CPU);
        var ending = Deviation / Math.Sqrt(2.0 * model.Config.NumHiddenLayers);
        foreach (var (name, parameter) in model.named_parameters().Where(named => named.parameter.dim() == 2))
        {
            var endsBlock =
                name.EndsWith("o_proj.weight", StringComparison.Ordinal)
                || name.EndsWith("down_proj.weight", StringComparison.Ordinal);
            using var values = randn(parameter.shape, generator: generator);
            parameter.copy_(values.ScaleInPlace(endsBlock ? ending : Deviation));
        }
    }
}
