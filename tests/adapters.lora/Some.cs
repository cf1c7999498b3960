using Federated.Adapters.Models;

namespace Federated.Adapters.Tests;

/// <summary>Ordinary instances of what tests need.</summary>
internal static class Some
{
    public static AdapterLayout Layout(long seed = 0) =>
        AdapterLayout.For(
            [new("model.layers.0.self_attn.q_proj", 16, 16), new("model.layers.0.self_attn.v_proj", 16, 7)],
            new(3, 6, LoraScaling.RsLora, ["q_proj", "v_proj"], seed)
        );

    public static LlamaConfig Config(bool tied = true) =>
        new()
        {
            HiddenSize = 32,
            IntermediateSize = 48,
            NumHiddenLayers = 2,
            NumAttentionHeads = 4,
            NumKeyValueHeads = 2,
            HeadDim = 8,
            VocabSize = 61,
            MaxPositionEmbeddings = 24,
            TieWordEmbeddings = tied,
        };

    /// <summary>A random model with larger weights than training begins with, so that nothing is near zero.</summary>
    public static LlamaModel Model(long seed = 3)
    {
        var model = new LlamaModel(Config());
        LlamaInitializer.Initialize(model, seed);
        using var untracked = TorchSharp.torch.no_grad();
        foreach (var (_, parameter) in model.named_parameters().Where(named => named.parameter.dim() == 2))
        {
            parameter.mul_(5);
        }

        return model;
    }

    public static AdapterOptions Options(params string[] targets) =>
        new(4, 8, LoraScaling.RsLora, targets.Length == 0 ? ["q_proj", "v_proj"] : targets, 9);

    /// <summary>Records of the given lengths with ids of the model's vocabulary.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Records(params int[] lengths)
    {
        var random = new Random(11);
        return [.. lengths.Select(length => Enumerable.Range(0, length).Select(_ => random.Next(61)).ToArray())];
    }

    /// <summary>Small numbers of both signs, the same for the same seed.</summary>
    public static float[] Values(AdapterLayout layout, int seed = 1, float size = 0.1f)
    {
        var random = new Random(seed);
        var values = new float[layout.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = size * ((2 * random.NextSingle()) - 1);
        }

        return values;
    }
}
