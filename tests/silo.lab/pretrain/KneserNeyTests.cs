using Federated.Lab.Pretrain;

namespace Federated.Lab.Tests.Pretrain;

public sealed class KneserNeyTests
{
    [Fact]
    public void A_bigram_worked_out_by_hand_is_met()
    {
        // Text: a b a b, with a = 0, b = 1, alphabet of 3, bigrams; before the first symbol stands a start.
        // Bigrams: (start a) 1, (a b) 2, (b a) 1, so n1 = 2, n2 = 1 and D2 = 2/4.
        // Continuations: a after start and b: 2, b after a: 1, so n1 = 1, n2 = 1 and D1 = 1/3; total 3, distinct 2.
        var model = KneserNey.Train(
            2,
            3,
            [
                [0, 1, 0, 1],
            ]
        );

        var unigramB = (1 - 1.0 / 3 + 1.0 / 3 * 2 * (1.0 / 3)) / 3;
        var unigramA = (2 - 1.0 / 3 + 1.0 / 3 * 2 * (1.0 / 3)) / 3;
        var afterStart = (1 - 0.5 + 0.5 * 1 * unigramA) / 1;
        var bAfterA = (2 - 0.5 + 0.5 * 1 * unigramB) / 2;
        Assert.Equal(-Math.Log(afterStart) - Math.Log(bAfterA), model.Nats([0, 1]), 12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Probabilities_of_every_next_symbol_sum_to_one(int order)
    {
        const int alphabet = 7;
        var random = new Random(4);
        var sequences = Enumerable
            .Range(0, 40)
            .Select(_ =>
                Enumerable
                    .Range(0, 12)
                    .Select(_ => (int)(alphabet * random.NextDouble() * random.NextDouble()))
                    .ToArray()
            );
        var model = KneserNey.Train(order, alphabet, sequences);

        foreach (var context in new int[][] { [], [0], [1, 0, 2], [6, 6, 6, 6, 6], [0, 1, 0, 0] })
        {
            var sum = Enumerable
                .Range(0, alphabet)
                .Sum(next => Math.Exp(model.Nats(context) - model.Nats([.. context, next])));
            Assert.Equal(1, sum, 9);
        }
    }

    [Fact]
    public void What_was_seen_costs_less_than_what_was_not()
    {
        var model = KneserNey.Train(
            5,
            10,
            [
                [1, 2, 3, 4, 5, 6],
                [1, 2, 3, 4, 5, 7],
                [3, 1, 2],
            ]
        );

        Assert.True(model.Nats([1, 2, 3, 4, 5, 6]) < model.Nats([6, 5, 4, 3, 2, 1]));
    }
}
