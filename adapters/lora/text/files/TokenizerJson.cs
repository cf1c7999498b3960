using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>
/// Reads tokenizer.json, the format of Hugging Face's tokenizers library. What the common families use is understood; a component of another
/// type is refused by its name, since leaving it out would give other ids.
/// </summary>
internal static class TokenizerJson
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidCheckpointException">Malformed, or with a component that is not understood.</exception>
    public static TokenizerPipeline Read(string path) => ConfigFields.Read(path, file => Parse(file, path));

    private static TokenizerPipeline Parse(ConfigFields file, string path)
    {
        List<AddedToken> added = [.. file.Sections("added_tokens").Select(Added)];
        var model = ModelJson.Read(
            file.Section("model") ?? throw file.Invalid("model", "is missing."),
            $"{path}: model",
            added.Where(token => token.Special).Select(token => token.Id).ToHashSet()
        );
        return new TokenizerPipeline(model, added, path)
        {
            Normalize = file.Section("normalizer") is { } normalizer ? NormalizerJson.Read(normalizer) : text => text,
            Split = file.Section("pre_tokenizer") is { } splitting
                ? PreTokenizerJson.Read(splitting)
                : PreTokenizers.Whole,
            Decoder = file.Section("decoder") is { } decoder ? DecoderJson.Read(decoder) : Decoders.Spaces,
            Template = file.Section("post_processor") is { } processor ? PostProcessorJson.Read(processor) : null,
        };
    }

    private static AddedToken Added(ConfigFields token) =>
        new(
            token.Index("id", null),
            token.Text("content") ?? throw token.Invalid("content", "is missing."),
            token.Flag("special")
        )
        {
            Normalized = token.Flag("normalized"),
            LeftStrip = token.Flag("lstrip"),
            RightStrip = token.Flag("rstrip"),
            SingleWord = token.Flag("single_word"),
        };
}
