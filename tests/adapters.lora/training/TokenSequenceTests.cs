using Federated.Adapters.Text;

namespace Federated.Adapters.Tests;

public sealed class TokenSequenceTests
{
    private const string Text = "Gets the number of elements in the Größe of the list.";
    private static readonly TextTokenizer Tokenizer = TextTokenizer.Load(RepositoryFolder.BaseDocs);

    [Fact]
    public void A_record_begins_and_ends_and_all_its_characters_are_predicted()
    {
        var sequence = TokenSequence.Encode(Tokenizer, Text, 256);
        Assert.Equal(Tokenizer.BosId, sequence.Ids[0]);
        Assert.Equal(Tokenizer.EosId, sequence.Ids[^1]);
        Assert.Equal(Text.Length, sequence.Characters);
        Assert.Equal(1, sequence.ContextIds);
    }

    [Fact]
    public void A_longer_record_is_cut_and_only_the_characters_it_keeps_count()
    {
        var whole = TokenSequence.Encode(Tokenizer, Text, 256);
        var sequence = TokenSequence.Encode(Tokenizer, Text, 6);
        Assert.Equal(whole.Ids.Take(6), sequence.Ids);
        Assert.Equal(Tokenizer.Decode(whole.Ids.Take(6)).Length, sequence.Characters);
        Assert.InRange(sequence.Characters, 1, Text.Length - 1);
    }

    [Fact]
    public void An_empty_record_has_only_its_end_to_predict()
    {
        var sequence = TokenSequence.Encode(Tokenizer, "", 256);
        Assert.Equal([Tokenizer.BosId!.Value, Tokenizer.EosId!.Value], sequence.Ids);
        Assert.Equal(0, sequence.Characters);
    }
}
