using System.Text.Encodings.Web;
using System.Text.Json;

namespace Federated.Lab.Pretrain;

/// <summary>A byte-level BPE vocabulary, and the files that hold it in a Hugging Face folder.</summary>
/// <param name="Tokens">Tokens by id.</param>
/// <param name="Merges">Merges in the order in which they are applied.</param>
/// <param name="SpecialTokens">The first tokens, which no text makes: the beginning of a text, then its end.</param>
public sealed record BytePairVocabulary(
    IReadOnlyList<string> Tokens,
    IReadOnlyList<(string Left, string Right)> Merges,
    IReadOnlyList<string> SpecialTokens
)
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    private static readonly JsonSerializerOptions Dense = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes vocab.json, merges.txt, tokenizer.json and tokenizer_config.json.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="maxSequenceLength">Longest sequence of the model, in tokens.</param>
    public void Write(string folder, int maxSequenceLength)
    {
        var ids = Tokens.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id);
        var merges = Merges.Select(merge => $"{merge.Left} {merge.Right}").ToList();
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(ids, Dense) + "\n");
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n" + string.Join("\n", merges) + "\n");
        File.WriteAllText(
            Path.Combine(folder, "tokenizer.json"),
            JsonSerializer.Serialize(FastTokenizer(ids, merges), Dense) + "\n"
        );
        File.WriteAllText(
            Path.Combine(folder, "tokenizer_config.json"),
            JsonSerializer.Serialize(
                new Dictionary<string, object?>
                {
                    ["tokenizer_class"] = "PreTrainedTokenizerFast",
                    ["bos_token"] = SpecialTokens[0],
                    ["eos_token"] = SpecialTokens[1],
                    ["pad_token"] = SpecialTokens[1],
                    ["clean_up_tokenization_spaces"] = false,
                    ["model_max_length"] = maxSequenceLength,
                },
                Readable
            ) + "\n"
        );
    }

    // The file of Hugging Face's tokenizers library: the same vocabulary, with the beginning of a text added by its post-processor.
    private Dictionary<string, object?> FastTokenizer(Dictionary<string, int> ids, List<string> merges)
    {
        var byteLevel = new Dictionary<string, object?>
        {
            ["type"] = "ByteLevel",
            ["add_prefix_space"] = false,
            ["trim_offsets"] = true,
            ["use_regex"] = true,
        };
        static object Sequence(string id) => new Dictionary<string, object> { ["Sequence"] = Piece(id) };
        static object Special(string id) => new Dictionary<string, object> { ["SpecialToken"] = Piece(id) };
        static object Piece(string id) => new Dictionary<string, object> { ["id"] = id, ["type_id"] = 0 };
        var bos = SpecialTokens[0];
        return new Dictionary<string, object?>
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = SpecialTokens
                .Select(token => new Dictionary<string, object>
                {
                    ["id"] = ids[token],
                    ["content"] = token,
                    ["single_word"] = false,
                    ["lstrip"] = false,
                    ["rstrip"] = false,
                    ["normalized"] = false,
                    ["special"] = true,
                })
                .ToList(),
            ["normalizer"] = null,
            ["pre_tokenizer"] = byteLevel,
            ["post_processor"] = new Dictionary<string, object?>
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new[] { Special(bos), Sequence("A") },
                ["pair"] = new[] { Special(bos), Sequence("A"), Special(bos), Sequence("B") },
                ["special_tokens"] = new Dictionary<string, object>
                {
                    [bos] = new Dictionary<string, object>
                    {
                        ["id"] = bos,
                        ["ids"] = new[] { ids[bos] },
                        ["tokens"] = new[] { bos },
                    },
                },
            },
            ["decoder"] = byteLevel,
            ["model"] = new Dictionary<string, object?>
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["vocab"] = ids,
                ["merges"] = merges,
            },
        };
    }
}
