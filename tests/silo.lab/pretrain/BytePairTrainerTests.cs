using Federated.Adapters.Text;
using Federated.Lab.Pretrain;

namespace Federated.Lab.Tests.Pretrain;

public sealed class BytePairTrainerTests
{
    private static readonly string[] Special = ["<|bos|>", "<|eos|>"];

    private static readonly string[] Texts =
    [
        "the lower the newest the widest the lowest",
        "Gets or sets the value. The value may be null.",
        "naïve café — ünïcode ✓ and\ttabs\n\nlines 123",
    ];

    [Fact]
    public void The_most_frequent_pair_becomes_the_first_token()
    {
        var vocabulary = BytePairTrainer.Train(["aaab aaab xy"], Special, 259, TestContext.Current.CancellationToken);

        Assert.Equal(("a", "a"), vocabulary.Merges[0]);
        Assert.Equal("aa", vocabulary.Tokens[258]);
    }

    [Fact]
    public void The_files_are_read_back_by_the_tokenizer_of_the_models()
    {
        using var folder = new TemporaryFolder();
        var vocabulary = BytePairTrainer.Train(Texts, Special, 270, TestContext.Current.CancellationToken);
        vocabulary.Write(folder.Path, 128);
        var tokenizer = TextTokenizer.Load(folder.Path);

        Assert.Equal((270, 0, 1), (tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId));
        Assert.All(Texts, text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))));
        Assert.True(tokenizer.Encode(Texts[0]).Count < Texts[0].Length);
        Assert.Equal([0, .. tokenizer.Encode("the"), 1], tokenizer.Encode("the", addBos: true, addEos: true));
    }

    [Fact]
    public void A_record_that_names_a_special_token_stays_text()
    {
        using var folder = new TemporaryFolder();
        BytePairTrainer.Train(Texts, Special, 270, TestContext.Current.CancellationToken).Write(folder.Path, 128);
        var tokenizer = TextTokenizer.Load(folder.Path);

        var ids = tokenizer.Encode("a <|eos|> b <|bos|>");

        Assert.DoesNotContain(0, ids);
        Assert.DoesNotContain(1, ids);
        Assert.Equal("a <|eos|> b <|bos|>", tokenizer.Decode(ids));
    }
}
