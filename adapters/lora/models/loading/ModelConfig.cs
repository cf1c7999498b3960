using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Models;

/// <summary>
/// A model's shape as the config.json of its folder gives it. The family is chosen by model_type and architectures; families derive
/// from this record. Pure data: no weights, no tensor library.
/// </summary>
public abstract record ModelConfig
{
    /// <summary>Model types that are read, as config.json names them.</summary>
    public const string Known = "llama, mistral, qwen2, qwen3, gpt2, bert, roberta, federated-image";

    /// <summary>The linear layers that an adapter may follow, in the order of <see cref="AdaptableModel.AdaptableLinears"/>.</summary>
    public abstract IReadOnlyList<LinearShape> Linears { get; }

    /// <summary>Longest record, in tokens; <see cref="int.MaxValue"/> where records are not sequences.</summary>
    public abstract int Context { get; }

    /// <summary>Number of token ids; 0 where records are not texts.</summary>
    public abstract int VocabSize { get; init; }

    /// <summary>Reads the config.json of a model folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The configuration, checked.</returns>
    /// <exception cref="InvalidCheckpointException">An unknown architecture, or a value that cannot be honoured; the message names the field.</exception>
    public static ModelConfig Read(string folder)
    {
        var path = ModelFolder.Require(folder, "config.json");
        return ConfigFields.Read(path, ParseFamily);
    }

    internal static ModelConfig ParseFamily(ConfigFields fields) =>
        fields.Text("model_type") switch
        {
            "llama" or "mistral" or "qwen2" or "qwen3" => LlamaConfigReader.Read(fields, fields.Text("model_type")!),
            "gpt2" => Gpt2Config.Parse(fields),
            "bert" or "roberta" => BertConfig.Parse(fields, fields.Text("model_type")!),
            "federated-image" => ImageConfig.Parse(fields),
            var other => throw fields.Invalid("model_type", $"is '{other ?? "missing"}'; known are {Known}."),
        };

    /// <summary>Creates the network with weights of zero.</summary>
    internal abstract AdaptableModel Create();
}
