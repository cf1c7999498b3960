using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Models;

/// <summary>Which files of a folder make a model.</summary>
internal static class ModelFolder
{
    private static readonly string[] TokenizerFiles =
    [
        "added_tokens.json",
        "chat_template.jinja",
        "merges.txt",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer_config.json",
        "vocab.json",
        "vocab.txt",
    ];

    public static string Require(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path)
            ? path
            : throw new InvalidCheckpointException(
                $"{folder} has no {name}; a model folder holds config.json, *.safetensors and its tokenizer files."
            );
    }

    /// <summary>Everything that decides what the model computes: configuration, weights, tokenizer. Not its model card.</summary>
    public static IReadOnlyList<string> ModelFiles(string folder) =>
        [
            Require(folder, "config.json"),
            .. WeightFiles.Of(folder),
            .. new[] { Path.Combine(folder, WeightFiles.IndexName) }.Where(File.Exists),
            .. TokenizerFilesOf(folder),
        ];

    /// <summary>The files that say how texts become ids.</summary>
    public static IEnumerable<string> TokenizerFilesOf(string folder) =>
        TokenizerFiles.Select(name => Path.Combine(folder, name)).Where(File.Exists);
}
