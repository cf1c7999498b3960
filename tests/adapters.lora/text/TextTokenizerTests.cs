using Federated.Adapters.Checkpoints;
using Federated.Adapters.Text;

namespace Federated.Adapters.Tests.Text;

public sealed class TextTokenizerTests
{
    [Theory]
    [InlineData("Hello world", new[] { 15496, 995 })]
    [InlineData(" I've  two spaces", new[] { 314, 1053, 220, 734, 9029 })]
    public void Gpt2_texts_get_the_ids_of_the_original_encoder(string text, int[] ids)
    {
        var tokenizer = TextTokenizer.Load(Path.Combine(RealData.Folder("tokenizers"), "gpt2"));

        Assert.Equal(ids, tokenizer.Encode(text));
        Assert.Equal(text, tokenizer.Decode(ids));
    }

    [Theory]
    [InlineData("Gets the value — naïve, 日本語, 😀.")]
    [InlineData("\tTabs\r\nand  spaces ")]
    [InlineData("")]
    public void Any_text_comes_back_byte_for_byte(string text)
    {
        var tokenizer = TextTokenizer.Load(RepositoryFolder.BaseDocs);

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addBos: true, addEos: true)));
    }

    [Theory]
    [InlineData("Qwen2Tokenizer", "12", new[] { "1", "2" })]
    [InlineData("Qwen2Tokenizer", "e\u0301", new[] { "\u00E9" })]
    [InlineData("GPT2Tokenizer", "12", new[] { "12" })]
    [InlineData("GPT2Tokenizer", "e\u0301", new[] { "e", "\u0301" })]
    public void The_class_says_how_vocabulary_and_merges_cut_a_text(string tokenizerClass, string text, string[] pieces)
    {
        using var folder = new TemporaryFolder();
        // "12", "é" (two bytes) and "e" with a combining accent (two bytes), each merged from its bytes.
        File.WriteAllText(
            folder.File("vocab.json"),
            """{"1":0,"2":1,"12":2,"Ã":3,"©":4,"Ã©":5,"e":6,"Ì":7,"ģ":8,"Ìģ":9}"""
        );
        File.WriteAllText(folder.File("merges.txt"), "#version: 0.2\n1 2\nÃ ©\nÌ ģ\n");
        File.WriteAllText(folder.File("tokenizer_config.json"), $$"""{"tokenizer_class":"{{tokenizerClass}}"}""");
        var tokenizer = TextTokenizer.Load(folder.Path);

        Assert.Equal(pieces, tokenizer.Encode(text).Select(id => tokenizer.Decode([id])));
    }

    [Fact]
    public void Roberta_puts_its_marks_around_a_text()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("vocab.json"), """{"<s>":0,"<pad>":1,"</s>":2,"a":3}""");
        File.WriteAllText(folder.File("merges.txt"), "#version: 0.2\n");
        File.WriteAllText(folder.File("config.json"), """{"model_type":"roberta"}""");

        var tokenizer = TextTokenizer.Load(folder.Path);

        Assert.Equal([0, 3, 3, 2], tokenizer.Encode("aa", addBos: true, addEos: true));
    }

    [Fact]
    public void A_folder_without_a_tokenizer_is_refused()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<InvalidCheckpointException>(() => TextTokenizer.Load(folder.Path));

        Assert.Contains(
            "it needs tokenizer.json, tokenizer.model, vocab.json and merges.txt, or vocab.txt",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("vocab.json", "{")]
    [InlineData("merges.txt", "#version: 0.2\nnot-a-pair\n")]
    [InlineData("tokenizer_config.json", "[")]
    [InlineData("config.json", "{\"bos_token_id\": 999999}")]
    public void A_broken_tokenizer_file_is_refused(string file, string content)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "vocab.json", "merges.txt", "tokenizer_config.json", "config.json" })
        {
            File.Copy(Path.Combine(RepositoryFolder.BaseDocs, name), folder.File(name));
        }

        File.WriteAllText(folder.File(file), content);

        Assert.Throws<InvalidCheckpointException>(() => TextTokenizer.Load(folder.Path));
    }

    [Fact]
    public void A_broken_sentencepiece_model_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("tokenizer.model"), [1, 2, 3, 255, 255, 255]);

        Assert.Throws<InvalidCheckpointException>(() => TextTokenizer.Load(folder.Path));
    }
}
