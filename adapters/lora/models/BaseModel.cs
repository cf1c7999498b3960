using Federated.Adapters.Checkpoints;
using Federated.Adapters.Text;

namespace Federated.Adapters.Models;

/// <summary>A base model as a run uses it: frozen network, its tokenizer, and the digest that every party compares.</summary>
public sealed class BaseModel : IDisposable
{
    private BaseModel(string folder, AdaptableModel model, TextTokenizer tokenizer, string sha256)
    {
        Folder = folder;
        Model = model;
        Tokenizer = tokenizer;
        Sha256 = sha256;
    }

    /// <summary>Where it was read from.</summary>
    public string Folder { get; }

    /// <summary>The network, in float32 on the CPU, frozen.</summary>
    public AdaptableModel Model { get; }

    /// <summary>The network as a language model, which continues texts.</summary>
    /// <exception cref="InvalidCheckpointException">The folder holds another kind of model.</exception>
    public CausalLanguageModel LanguageModel =>
        Model as CausalLanguageModel
        ?? throw new InvalidCheckpointException(
            $"{Folder} is a {Model.GetName()}; only a causal language model continues texts."
        );

    /// <summary>Its tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary><see cref="BaseModelDigest"/> of the folder, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Reads a Hugging Face folder: config.json, which chooses the architecture, *.safetensors, and tokenizer files.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="InvalidCheckpointException">The folder is not a model that this project can run; the message says why.</exception>
    public static BaseModel Load(string folder)
    {
        var config = ModelConfig.Read(folder);
        var sha256 = BaseModelDigest.Compute(folder);
        var tokenizer = TextTokenizer.Load(folder);
        if (tokenizer.VocabularySize > config.VocabSize)
        {
            throw new InvalidCheckpointException(
                $"{folder}: the tokenizer has {tokenizer.VocabularySize} ids, but config.json says vocab_size {config.VocabSize}."
            );
        }

        return new BaseModel(folder, ModelWeights.Load(folder, config), tokenizer, sha256);
    }

    /// <inheritdoc />
    public void Dispose() => Model.Dispose();
}
