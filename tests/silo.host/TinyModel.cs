using Federated.Adapters;
using Federated.Adapters.Models;

namespace Federated.Silo.Tests;

/// <summary>A model folder that holds as much as a silo reads of one: its shape, and files to digest.</summary>
internal static class TinyModel
{
    public const string Name = "tiny";

    private static readonly LlamaConfig Config = new()
    {
        HiddenSize = 16,
        IntermediateSize = 32,
        NumHiddenLayers = 2,
        NumAttentionHeads = 2,
        NumKeyValueHeads = 2,
        HeadDim = 8,
        VocabSize = 32,
        MaxPositionEmbeddings = 64,
    };

    public static AdapterLayout Layout(
        long seed,
        TrainedFactors factors = TrainedFactors.B,
        InitialFactors? initial = null
    ) =>
        AdapterLayout.For(
            Config.Linears,
            new AdapterOptions(4, 8, LoraScaling.RsLora, ["q_proj", "v_proj"], seed)
            {
                Factors = factors,
                Initial = initial,
            }
        );

    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJson("float32"));
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), new byte[64]);
    }
}
