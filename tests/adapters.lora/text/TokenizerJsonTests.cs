using System.Text.Json;
using System.Text.Json.Nodes;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Text;

namespace Federated.Adapters.Tests.Text;

public sealed class TokenizerJsonTests
{
    private static readonly string[] Marks = ["<s>", "</s>", "[CLS]", "[SEP]"];

    [Theory]
    [InlineData("model", """{"type":"WordLevel","vocab":{}}""", "type is 'WordLevel', a model that is not understood")]
    [InlineData("normalizer", """{"type":"Turkish"}""", "type is 'Turkish', a normalizer that is not understood")]
    [InlineData(
        "pre_tokenizer",
        """{"type":"UnicodeScripts"}""",
        "'UnicodeScripts', a pre-tokenizer that is not understood"
    )]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Sequence","pretokenizers":[{"type":"X"}]}""",
        "pretokenizers: type is 'X'"
    )]
    [InlineData("post_processor", """{"type":"Other"}""", "'Other', a post-processor that is not understood")]
    [InlineData("decoder", """{"type":"CTC"}""", "'CTC', a decoder that is not understood")]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"}""",
        "the pattern '(a' is not understood"
    )]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Split","pattern":{"Regex":"a"},"behavior":"Sideways"}""",
        "behavior is 'Sideways'"
    )]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":["a b"]}""", "needs the token 'b'")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":["a"]}""", "holds \"a\", which is no pair")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}""", "its id 0 stands twice")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":-1},"merges":[]}""", "must be a token id")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":2000000000},"merges":[]}""", "outside 0 … 10000000")]
    [InlineData(
        "model",
        """{"type":"BPE","vocab":{"a":0},"merges":[],"end_of_word_suffix":"</w>"}""",
        "end_of_word_suffix is '</w>'"
    )]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.5}""", "dropout is 0.5")]
    [InlineData("model", """{"type":"WordPiece","vocab":{"a":0}}""", "'[UNK]' is not in the vocabulary")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a",0]],"unk_id":3}""", "3 is outside the 1 tokens")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a"]],"unk_id":0}""", "no token with its score")]
    [InlineData("model", "null", "model is missing")]
    [InlineData("added_tokens", """[{"id":5}]""", "content is missing")]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":"!"}""", "is not base64")]
    public void What_is_not_understood_is_refused_by_name(string field, string value, string complaint)
    {
        using var folder = new TemporaryFolder();
        var file = Minimal();
        file[field] = JsonNode.Parse(value);
        File.WriteAllText(folder.File("tokenizer.json"), file.ToJsonString());

        var error = Assert.Throws<InvalidCheckpointException>(() => TextTokenizer.Load(folder.Path));

        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_wins_over_the_older_files_and_agrees_with_them()
    {
        using var older = new TemporaryFolder();
        foreach (var name in new[] { "vocab.json", "merges.txt", "tokenizer_config.json", "config.json" })
        {
            File.Copy(Path.Combine(RepositoryFolder.BaseDocs, name), older.File(name));
        }

        var (newer, old) = (TextTokenizer.Load(RepositoryFolder.BaseDocs), TextTokenizer.Load(older.Path));
        const string text = "Gets the value — naïve, 日本語, 😀.\tHe's\r\n  there 12345";

        Assert.Equal(old.Encode(text, addBos: true, addEos: true), newer.Encode(text, addBos: true, addEos: true));
        Assert.Equal((old.BosId, old.EosId, old.VocabularySize), (newer.BosId, newer.EosId, newer.VocabularySize));
    }

    [Fact]
    public void A_special_token_is_never_made_from_text_and_an_ordinary_added_one_is()
    {
        using var folder = new TemporaryFolder();
        var file = Minimal();
        file["added_tokens"] = JsonNode.Parse(
            """[{"id":2,"content":"<s>","special":true},{"id":3,"content":"ab","special":false}]"""
        );
        File.WriteAllText(folder.File("tokenizer.json"), file.ToJsonString());
        var tokenizer = TextTokenizer.Load(folder.Path);

        Assert.DoesNotContain(2, tokenizer.Encode("a<s>b"));
        Assert.Equal([0, 3, 1], tokenizer.Encode("aabb"));
        Assert.Equal("aabb", tokenizer.Decode([0, 2, 3, 1]));
    }

    [Theory]
    [InlineData("bpe-llama")]
    [InlineData("bpe-unk")]
    [InlineData("unigram")]
    [InlineData("unigram-bytes")]
    [InlineData("wordpiece")]
    public void No_kind_of_model_makes_a_special_token_from_its_spelling(string name)
    {
        using var vectors = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "tokenizers", $"{name}.json"))
        );
        using var folder = new TemporaryFolder();
        var file = JsonNode.Parse(vectors.RootElement.GetProperty("tokenizer").GetRawText())!.AsObject();
        file["pre_tokenizer"] = null; // nothing cuts the spelling
        file["normalizer"] = null;
        File.WriteAllText(folder.File("tokenizer.json"), file.ToJsonString());
        var tokenizer = TextTokenizer.Load(folder.Path);

        foreach (var mark in Marks.Where(mark => tokenizer.Find(mark) is not null))
        {
            Assert.DoesNotContain(tokenizer.Find(mark)!.Value, tokenizer.Encode(mark));
        }
    }

    [Fact]
    public void Add_bos_token_false_leaves_bos_out()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), Minimal().ToJsonString());
        File.WriteAllText(folder.File("config.json"), """{"bos_token_id":1,"eos_token_id":[0,1]}""");
        Assert.Equal([1, 0], TextTokenizer.Load(folder.Path).Encode("a", addBos: true));

        File.WriteAllText(folder.File("tokenizer_config.json"), """{"add_bos_token":false}""");
        var tokenizer = TextTokenizer.Load(folder.Path);

        Assert.Equal([0], tokenizer.Encode("a", addBos: true));
        Assert.Equal([0, 1], tokenizer.StopIds);
        Assert.Equal(1, tokenizer.BosId);
    }

    private static JsonObject Minimal() =>
        JsonNode
            .Parse(
                """
                {
                  "added_tokens": [], "normalizer": null, "pre_tokenizer": null, "post_processor": null,
                  "decoder": {"type": "Fuse"},
                  "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}
                }
                """
            )!
            .AsObject();
}
