using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>
/// Text ↔ token ids, as the model's folder defines them: tokenizer.json where there is one, else tokenizer.model (SentencePiece),
/// vocab.json and merges.txt (byte-level byte pairs), or vocab.txt (WordPiece). Special tokens are never made from text: a record that
/// contains "&lt;/s&gt;" stays text.
/// </summary>
public sealed class TextTokenizer
{
    private readonly TokenizerPipeline _pipeline;
    private readonly bool _addsBos;
    private readonly ChatTemplate? _chat;

    private TextTokenizer(TokenizerPipeline pipeline, SpecialTokens special, string folder)
    {
        _pipeline = pipeline;
        var template = pipeline.Template;
        BosId = special.BosId ?? Find(special.BosToken) ?? template?.Before.Cast<int?>().FirstOrDefault();
        EosId =
            special.EosIds.Cast<int?>().FirstOrDefault()
            ?? Find(special.EosToken)
            ?? template?.After.Cast<int?>().LastOrDefault();
        _addsBos = special.AddBosToken ?? template is not { Before.Count: 0 };
        _chat = special.ChatTemplate is { } chat ? new ChatTemplate(chat, pipeline, special, folder) : null;
        StopIds =
        [
            .. special.EosIds.Append(EosId ?? -1).Append(Find(special.EosToken) ?? -1).Where(id => id >= 0).Distinct(),
        ];
        foreach (var (field, id) in StopIds.Select(id => ("eos_token", id)).Append(("bos_token", BosId ?? -1)))
        {
            if (id >= VocabularySize)
            {
                throw new InvalidCheckpointException(
                    $"{folder}: {field} id {id} is outside the tokenizer's {VocabularySize} ids."
                );
            }
        }
    }

    /// <summary>One more than the largest id.</summary>
    public int VocabularySize => _pipeline.VocabularySize;

    /// <summary>The id that begins a text ([CLS] in BERT), or null when the model has none.</summary>
    public int? BosId { get; }

    /// <summary>The id that ends a text ([SEP] in BERT), or null when the model has none.</summary>
    public int? EosId { get; }

    /// <summary>All ids at which generation ends: those of config.json, generation_config.json and tokenizer_config.json.</summary>
    public IReadOnlyList<int> StopIds { get; }

    /// <summary>Whether the model's folder says how conversations are written (chat_template).</summary>
    public bool HasChatTemplate => _chat is not null;

    /// <summary>Reads the tokenizer of a model folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidCheckpointException">
    /// There is no tokenizer that can be read, it is malformed, or it has a component that is not understood; the message names it.
    /// </exception>
    public static TextTokenizer Load(string folder)
    {
        var special = SpecialTokens.Read(folder);
        return new TextTokenizer(Pipeline(folder, special), special, folder);
    }

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addBos">Whether to begin with <see cref="BosId"/>, where the model's texts begin with one.</param>
    /// <param name="addEos">Whether to end with <see cref="EosId"/>, where the model has one.</param>
    /// <returns>The ids.</returns>
    public IReadOnlyList<int> Encode(string text, bool addBos = false, bool addEos = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = _pipeline.Encode(text);
        if (addBos && _addsBos && BosId is { } first)
        {
            ids.Insert(0, first);
        }

        if (addEos && EosId is { } last)
        {
            ids.Add(last);
        }

        return ids;
    }

    /// <summary>Encodes a conversation as the model's chat template writes it. Special tokens in a message stay text.</summary>
    /// <param name="messages">The turns; at least one.</param>
    /// <param name="addGenerationPrompt">Whether to end with what an answer begins with.</param>
    /// <returns>The ids, bos included where the template has it.</returns>
    /// <exception cref="ChatTemplateException">The model has no chat template, or it refuses the conversation.</exception>
    public IReadOnlyList<int> EncodeChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = false)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return messages.Count == 0 ? throw new ChatTemplateException("A conversation needs at least one message.")
            : _chat is null
                ? throw new ChatTemplateException(
                    "The base model has no chat template: its tokenizer_config.json has no chat_template. Use a chat model, or plain texts."
                )
            : _chat.Encode(messages, addGenerationPrompt);
    }

    /// <summary>Decodes ids; special tokens are left out, and bytes that form no character become U+FFFD.</summary>
    /// <param name="ids">The ids, each below <see cref="VocabularySize"/>.</param>
    /// <returns>The text.</returns>
    public string Decode(IEnumerable<int> ids) => _pipeline.Decode(ids.Where(id => id != BosId && id != EosId));

    /// <summary>The id of a token as the vocabulary spells it; null when there is none.</summary>
    /// <param name="token">The token, or null.</param>
    internal int? Find(string? token) => token is null ? null : _pipeline.Find(token);

    private static TokenizerPipeline Pipeline(string folder, SpecialTokens special)
    {
        string File(string name) => Path.Combine(folder, name);
        bool Has(string name) => System.IO.File.Exists(File(name));
        try
        {
            return Has("tokenizer.json") ? TokenizerJson.Read(File("tokenizer.json"))
                : Has("tokenizer.model") ? SentencePieceFile.Read(File("tokenizer.model"), special.Added)
                : Has("vocab.json") && Has("merges.txt")
                    ? BytePairFiles.Read(File("vocab.json"), File("merges.txt"), special.Added, special)
                : Has("vocab.txt") ? VocabularyText.Read(File("vocab.txt"), special)
                : throw new InvalidCheckpointException(
                    $"{folder} has no tokenizer that can be read: it needs tokenizer.json, tokenizer.model, "
                        + "vocab.json and merges.txt, or vocab.txt."
                );
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new InvalidCheckpointException(
                $"{folder}: the tokenizer files cannot be read: {error.Message}",
                error
            );
        }
    }
}
