using System.Text.Json;
using Federated.Adapters.Checkpoints;
using Microsoft.ML.Tokenizers;

namespace Federated.Adapters.Text;

/// <summary>
/// Text ↔ token ids, as the model's folder defines them: byte-level BPE (vocab.json + merges.txt, GPT-2's pre-tokenisation) or
/// SentencePiece (tokenizer.model). Special tokens are never made from text: a record that contains "&lt;/s&gt;" stays text.
/// </summary>
public sealed class TextTokenizer
{
    private readonly Tokenizer _tokenizer;

    private TextTokenizer(Tokenizer tokenizer, int vocabularySize, SpecialTokens special)
    {
        _tokenizer = tokenizer;
        VocabularySize = vocabularySize;
        BosId = special.BosId;
        EosId = special.EosId;
        foreach (var (field, id) in new[] { ("bos_token", BosId), ("eos_token", EosId) })
        {
            if (id >= vocabularySize)
            {
                throw new InvalidCheckpointException(
                    $"{field} id {id} is outside the tokenizer's {vocabularySize} ids."
                );
            }
        }
    }

    /// <summary>One more than the largest id.</summary>
    public int VocabularySize { get; }

    /// <summary>The id that begins a text, or null when the model has none.</summary>
    public int? BosId { get; }

    /// <summary>The id that ends a text, or null when the model has none.</summary>
    public int? EosId { get; }

    /// <summary>Reads the tokenizer of a model folder.</summary>
    /// <param name="folder">A folder with vocab.json and merges.txt, or with tokenizer.model.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidCheckpointException">There is no tokenizer that can be read, or it is malformed.</exception>
    public static TextTokenizer Load(string folder)
    {
        var special = SpecialTokens.Read(folder);
        var vocabulary = Path.Combine(folder, "vocab.json");
        var merges = Path.Combine(folder, "merges.txt");
        var sentencePiece = Path.Combine(folder, "tokenizer.model");
        try
        {
            if (File.Exists(vocabulary) && File.Exists(merges))
            {
                return ByteLevel(vocabulary, merges, special);
            }

            if (File.Exists(sentencePiece))
            {
                using var stream = File.OpenRead(sentencePiece);
                var tokenizer = SentencePieceTokenizer.Create(
                    stream,
                    addBeginningOfSentence: false,
                    addEndOfSentence: false
                );
                return new TextTokenizer(tokenizer, tokenizer.Vocabulary.Values.Max() + 1, special);
            }
        }
        catch (Exception error)
            when (error
                    is JsonException
                        or ArgumentException
                        or InvalidOperationException
                        or FormatException
                        or IOException
                && error is not InvalidCheckpointException
            )
        {
            throw new InvalidCheckpointException(
                $"{folder}: the tokenizer files cannot be read: {error.Message}",
                error
            );
        }

        throw new InvalidCheckpointException(
            $"{folder} has no tokenizer that can be read: it needs vocab.json and merges.txt, or tokenizer.model."
        );
    }

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addBos">Whether to begin with <see cref="BosId"/>, where the model has one.</param>
    /// <param name="addEos">Whether to end with <see cref="EosId"/>, where the model has one.</param>
    /// <returns>The ids.</returns>
    public IReadOnlyList<int> Encode(string text, bool addBos = false, bool addEos = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = _tokenizer.EncodeToIds(text);
        var bos = addBos ? BosId : null;
        var eos = addEos ? EosId : null;
        if (bos is null && eos is null)
        {
            return ids;
        }

        var all = new List<int>(ids.Count + 2);
        if (bos is { } first)
        {
            all.Add(first);
        }

        all.AddRange(ids);
        if (eos is { } last)
        {
            all.Add(last);
        }

        return all;
    }

    /// <summary>Decodes ids; bos and eos are left out, and bytes that form no character become U+FFFD.</summary>
    /// <param name="ids">The ids, each below <see cref="VocabularySize"/>.</param>
    /// <returns>The text.</returns>
    public string Decode(IEnumerable<int> ids) => _tokenizer.Decode(ids.Where(id => id != BosId && id != EosId)) ?? "";

    private static TextTokenizer ByteLevel(string vocabularyFile, string mergesFile, SpecialTokens special)
    {
        var tokenizer = BpeTokenizer.Create(
            new BpeOptions(vocabularyFile, mergesFile)
            {
                ByteLevel = true,
                PreTokenizer = new RegexPreTokenizer(GptPreTokenization.Pattern(), specialTokens: null),
            }
        );
        return new TextTokenizer(
            tokenizer,
            tokenizer.Vocabulary.Values.Max() + 1,
            special.ByName(tokenizer.Vocabulary)
        );
    }
}
