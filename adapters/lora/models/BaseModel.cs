using Federated.Adapters.Checkpoints;
using Federated.Adapters.Quantization;
using Federated.Adapters.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>A base model as a run uses it: frozen network, its tokenizer, and the digest that every party compares.</summary>
public sealed class BaseModel : IDisposable
{
    private readonly TextTokenizer? _tokenizer;

    private BaseModel(string folder, AdaptableModel model, TextTokenizer? tokenizer, string sha256)
    {
        Folder = folder;
        Model = model;
        _tokenizer = tokenizer;
        Sha256 = sha256;
    }

    /// <summary>Where it was read from.</summary>
    public string Folder { get; }

    /// <summary>The network, frozen.</summary>
    public AdaptableModel Model { get; }

    /// <summary>The network as a language model, which continues texts.</summary>
    /// <exception cref="InvalidCheckpointException">The folder holds another kind of model.</exception>
    public CausalLanguageModel LanguageModel =>
        Model as CausalLanguageModel
        ?? throw new InvalidCheckpointException(
            $"{Folder} is a {Model.GetName()}; only a causal language model continues texts."
        );

    /// <summary>Its tokenizer.</summary>
    /// <exception cref="InvalidCheckpointException">The model takes no texts.</exception>
    public TextTokenizer Tokenizer =>
        _tokenizer ?? throw new InvalidCheckpointException($"{Folder} is a {Model.GetName()}, which takes no texts.");

    /// <summary>Its tokenizer; null: the model takes no texts.</summary>
    public TextTokenizer? TokenizerIfAny => _tokenizer;

    /// <summary><see cref="BaseModelDigest"/> of the folder, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Reads a Hugging Face folder: config.json, which chooses the architecture, *.safetensors, and tokenizer files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="precision">How the weights are kept.</param>
    /// <param name="device">Where the network lies; the CPU when null.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="InvalidCheckpointException">The folder is not a model that this project can run; the message says why.</exception>
    public static BaseModel Load(string folder, BasePrecision precision = BasePrecision.Full, Device? device = null)
    {
        var config = ModelConfig.Read(folder);
        var sha256 = BaseModelDigest.Compute(folder);
        var tokenizer = config is ImageConfig ? null : TextTokenizer.Load(folder);
        // Models are padded to round sizes, so that they may have some more.
        if (
            tokenizer is not null
            && (
                tokenizer.VocabularySize > config.VocabSize
                || config.VocabSize - tokenizer.VocabularySize > Math.Max(1024, config.VocabSize / 20)
            )
        )
        {
            throw new InvalidCheckpointException(
                $"{folder}: the tokenizer has {tokenizer.VocabularySize} ids, but config.json says vocab_size {config.VocabSize}; "
                    + "they are not of one model."
            );
        }

        var model = ModelWeights.Load(folder, config, precision);
        if (device is not null && device.type != DeviceType.CPU)
        {
            MoveTo(model, device);
        }

        return new BaseModel(folder, model, tokenizer, sha256);
    }

    private static void MoveTo(AdaptableModel model, Device device)
    {
        model.to(device);
        foreach (var linear in model.AdaptableLinears)
        {
            linear.Packed?.To(device);
        }
    }

    /// <inheritdoc />
    public void Dispose() => Model.Dispose();
}
