using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>What config.json and tokenizer_config.json say about the tokenizer: which tokens begin and end a text, and older switches.</summary>
internal sealed record SpecialTokens
{
    /// <summary>Id that begins a text, from config.json.</summary>
    public int? BosId { get; private init; }

    /// <summary>Ids that end a text, from config.json and generation_config.json.</summary>
    public IReadOnlyList<int> EosIds { get; private init; } = [];

    /// <summary>Token that begins a text, from tokenizer_config.json.</summary>
    public string? BosToken { get; private init; }

    /// <summary>Token that ends a text, from tokenizer_config.json.</summary>
    public string? EosToken { get; private init; }

    /// <summary>Whether encoding begins with bos; null when the files do not say.</summary>
    public bool? AddBosToken { get; private init; }

    /// <summary>model_type of config.json.</summary>
    public string? ModelType { get; private init; }

    /// <summary>tokenizer_class of tokenizer_config.json.</summary>
    public string? TokenizerClass { get; private init; }

    /// <summary>Byte-level BPE: whether a text gets a space before it.</summary>
    public bool AddPrefixSpace { get; private init; }

    /// <summary>WordPiece: whether a text is made lower case.</summary>
    public bool DoLowerCase { get; private init; } = true;

    /// <summary>WordPiece: whether accents go; null: with lower case.</summary>
    public bool? StripAccents { get; private init; }

    /// <summary>WordPiece: whether CJK ideographs stand alone.</summary>
    public bool TokenizeChineseChars { get; private init; } = true;

    /// <summary>The chat template, Jinja source; null when there is none.</summary>
    public string? ChatTemplate { get; private init; }

    /// <summary>Tokens beside the vocabulary, for the formats that leave them to tokenizer_config.json and added_tokens.json.</summary>
    public IReadOnlyList<AddedToken> Added { get; private init; } = [];

    /// <summary>Reads the files of a folder; those that are not there say nothing.</summary>
    public static SpecialTokens Read(string folder)
    {
        var config = Find(folder, "config.json");
        var generation = Find(folder, "generation_config.json");
        var tokenizer = Find(folder, "tokenizer_config.json");
        return new SpecialTokens
        {
            BosId = config?.TokenIds("bos_token_id").Cast<int?>().FirstOrDefault(),
            EosIds =
            [
                .. (config?.TokenIds("eos_token_id") ?? [])
                    .Concat(generation?.TokenIds("eos_token_id") ?? [])
                    .Distinct(),
            ],
            BosToken = tokenizer?.Token("bos_token"),
            EosToken = tokenizer?.Token("eos_token"),
            AddBosToken = tokenizer?.Has("add_bos_token") == true ? tokenizer.Flag("add_bos_token") : null,
            ModelType = config?.Text("model_type"),
            TokenizerClass = tokenizer?.Text("tokenizer_class"),
            AddPrefixSpace = tokenizer?.Flag("add_prefix_space") ?? false,
            DoLowerCase = tokenizer?.Flag("do_lower_case", otherwise: true) ?? true,
            StripAccents = tokenizer?.Has("strip_accents") == true ? tokenizer.Flag("strip_accents") : null,
            TokenizeChineseChars = tokenizer?.Flag("tokenize_chinese_chars", otherwise: true) ?? true,
            ChatTemplate = Template(folder, tokenizer),
            Added = Tokens(folder, tokenizer),
        };
    }

    private static string? Template(string folder, ConfigFields? tokenizer)
    {
        var file = Path.Combine(folder, "chat_template.jinja");
        return File.Exists(file) ? File.ReadAllText(file) : tokenizer?.ChatTemplate();
    }

    private static List<AddedToken> Tokens(string folder, ConfigFields? tokenizer)
    {
        var tokens = new List<AddedToken>();
        if (tokenizer?.Section("added_tokens_decoder") is { } decoder)
        {
            foreach (var (id, token) in decoder.NumberedSections())
            {
                tokens.Add(
                    new AddedToken(id, token.Required("content"), token.Flag("special"))
                    {
                        Normalized = token.Flag("normalized"),
                        LeftStrip = token.Flag("lstrip"),
                        RightStrip = token.Flag("rstrip"),
                        SingleWord = token.Flag("single_word"),
                    }
                );
            }
        }

        var known = tokens.Select(token => token.Id).ToHashSet();
        var more = Find(folder, "added_tokens.json")?.Ids() ?? [];
        tokens.AddRange(
            more.Where(token => !known.Contains(token.Value))
                .Select(token => new AddedToken(token.Value, token.Key, true))
        );
        return tokens;
    }

    private static ConfigFields? Find(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? ConfigFields.Open(path) : null;
    }
}
