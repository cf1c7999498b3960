using System.Text.Json;
using Federated.Adapters.Text;

namespace Federated.Adapters.Tests.Text;

/// <summary>
/// Ids and texts that Hugging Face's tokenizers library gives, on writing systems, spaces, signs, numbers and what else goes wrong: for the
/// published vocabularies of GPT-2 and BERT, and for small tokenizer.json files of each kind.
/// In the files pre-… a byte that begins a part has another id than one that goes on with it, so that the ids show every cut.
/// </summary>
public sealed class TokenizerVectorTests
{
    [Theory]
    [InlineData("bpe-llama")]
    [InlineData("bpe-unk")]
    [InlineData("unigram")]
    [InlineData("unigram-bytes")]
    [InlineData("wordpiece")]
    [InlineData("pre-gpt2")]
    [InlineData("pre-llama3")]
    [InlineData("pre-qwen")]
    [InlineData("pre-o200k")]
    [InlineData("pre-inverted")]
    [InlineData("pre-whitespace")]
    [InlineData("pre-ws-meta-first")]
    [InlineData("strip-accents")]
    [InlineData("bert-normalizer")]
    public void A_tokenizer_json_gives_the_ids_and_texts_of_the_tokenizers_library(string name)
    {
        using var vectors = Vectors(name);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), vectors.RootElement.GetProperty("tokenizer").GetRawText());

        RequireEqual(TextTokenizer.Load(folder.Path), vectors);
    }

    [Theory]
    [InlineData("gpt2", "gpt2")]
    [InlineData("bert", "bert-uncased")]
    public void A_published_vocabulary_gives_them_too(string name, string folder)
    {
        using var vectors = Vectors(name);

        RequireEqual(TextTokenizer.Load(Path.Combine(RealData.Folder("tokenizers"), folder)), vectors);
    }

    private static void RequireEqual(TextTokenizer tokenizer, JsonDocument vectors)
    {
        foreach (var item in vectors.RootElement.GetProperty("cases").EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var ids = item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            Assert.Equal((text, string.Join(' ', ids)), (text, string.Join(' ', tokenizer.Encode(text))));
            Assert.Equal(item.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
        }
    }

    private static JsonDocument Vectors(string name) =>
        JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "tokenizers", $"{name}.json"))
        );
}
