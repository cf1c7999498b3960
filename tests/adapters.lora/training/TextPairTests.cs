using Federated.Adapters.Models;
using Federated.Adapters.Tests.Models;
using Federated.Adapters.Text;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Training;

/// <summary>Two texts as a classifier takes them.</summary>
public sealed class TextPairTests
{
    private const string First = "Gets the value";
    private const string Second = "Removes all items of the list";
    private static readonly TextTokenizer Tokenizer = TextTokenizer.Load(RepositoryFolder.BaseDocs);
    private static readonly int Bos = Tokenizer.BosId!.Value;
    private static readonly int Eos = Tokenizer.EosId!.Value;

    [Fact]
    public void Bert_takes_one_mark_between_and_the_second_text_has_type_one()
    {
        var pair = Encode("bert", 100);

        int[] before = [Bos, .. Tokenizer.Encode(First), Eos];
        Assert.Equal([.. before, .. Tokenizer.Encode(Second), Eos], pair.Ids);
        Assert.Equal((before.Length, 2), (pair.SecondFrom, pair.Label));
    }

    [Fact]
    public void Roberta_takes_two_marks_between_and_no_types()
    {
        var pair = Encode("roberta", 100);

        Assert.Equal([Bos, .. Tokenizer.Encode(First), Eos, Eos, .. Tokenizer.Encode(Second), Eos], pair.Ids);
        Assert.Null(pair.SecondFrom);
    }

    [Theory]
    [InlineData("bert", 3)]
    [InlineData("roberta", 4)]
    public void The_longer_text_is_cut_first_then_both_alike(string modelType, int marks)
    {
        var (first, second) = (Tokenizer.Encode(First), Tokenizer.Encode(Second));
        Assert.True(second.Count > first.Count + 2);

        for (var room = 6 - marks; room <= first.Count + second.Count; room++)
        {
            var (keptFirst, keptSecond) =
                first.Count <= room / 2 ? (first.Count, room - first.Count) : (room / 2, room - (room / 2));
            int[] between = [.. Enumerable.Repeat(Eos, marks - 2)];
            IEnumerable<int> expected = [Bos, .. first.Take(keptFirst), .. between, .. second.Take(keptSecond), Eos];

            Assert.Equal(expected, Encode(modelType, room + marks).Ids);
        }
    }

    [Fact]
    public void The_second_text_is_cut_no_less_when_it_is_the_shorter()
    {
        using var checkpoint = RandomBert.Make("bert").Write();
        var config = (BertConfig)ModelConfig.Read(checkpoint.Folder);
        var shorter = Tokenizer.Encode(First);

        var pair = TextPair.Encode(Tokenizer, config, Second, First, 0, (2 * shorter.Count) + 4);

        int[] expected = [Bos, .. Tokenizer.Encode(Second).Take(shorter.Count + 1), Eos, .. shorter, Eos];
        Assert.Equal(expected, pair.Ids);
    }

    [Fact]
    public void A_batch_has_a_type_for_each_token_and_none_without_pairs()
    {
        using var batch = TokenBatch.Of([new TokenSequence([1, 5, 2, 6, 2], 0) { SecondFrom = 3 }, new([1, 5, 2], 0)]);
        using var plain = TokenBatch.Of([new TokenSequence([1, 5, 2], 0)]);

        Assert.Equal([0, 0, 0, 1, 1, 0, 0, 0, 0, 0], batch.Types!.data<long>().ToArray());
        Assert.Null(plain.Types);
    }

    [Fact]
    public void A_gradient_depends_on_which_tokens_are_of_the_second_text_and_on_no_neighbour()
    {
        using var checkpoint = RandomBert.Make("bert").Write();
        using var loaded = (SequenceClassifier)
            ModelWeights.Load(checkpoint.Folder, ModelConfig.Read(checkpoint.Folder));
        var layout = AdapterLayout.For(
            ModelConfig.Read(checkpoint.Folder),
            new(2, 4, LoraScaling.RsLora, ["query", "value"], 0)
        );
        using var adapter = new LoraAdapter(loaded, layout);
        adapter.SetValues(Some.Values(layout));
        TokenSequence[] records =
        [
            new([3, 9, 0, 12, 5], 0) { Label = 2, SecondFrom = 3 },
            new([3, 9, 0, 12, 5], 0) { Label = 2 },
            new([3, 9, 7], 0) { Label = 0, SecondFrom = 2 },
        ];
        using var scope = NewDisposeScope();
        using var batch = TokenBatch.Of(records);

        var together = PerExampleGradients.Compute(adapter, batch);

        for (var i = 0; i < records.Length; i++)
        {
            using var alone = TokenBatch.Of([records[i]]);
            Assert.True(together[i].allclose(SummedGradient.Compute(adapter, alone), 1e-4, 1e-6));
        }

        Assert.False(together[0].allclose(together[1], 1e-2, 1e-4));
    }

    private static TokenSequence Encode(string modelType, int maxLength)
    {
        using var checkpoint = RandomBert.Make(modelType).Write();
        return TextPair.Encode(
            Tokenizer,
            (BertConfig)ModelConfig.Read(checkpoint.Folder),
            First,
            Second,
            label: 2,
            maxLength
        );
    }
}
