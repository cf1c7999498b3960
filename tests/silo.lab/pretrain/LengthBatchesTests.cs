using Federated.Lab.Pretrain;

namespace Federated.Lab.Tests.Pretrain;

public sealed class LengthBatchesTests
{
    private static readonly int[][] Records =
    [
        .. Enumerable.Range(1, 50).Select(number => Enumerable.Repeat(number, 1 + number * 7 % 30).ToArray()),
    ];

    [Fact]
    public void An_epoch_holds_every_record_once_within_the_size_of_a_batch()
    {
        var batches = LengthBatches.Shuffled(Records, tokensPerBatch: 60, seed: 5);

        Assert.Equal(
            Records.Select(record => record[0]).Order(),
            batches.SelectMany(batch => batch).Select(record => record[0]).Order()
        );
        Assert.All(batches, batch => Assert.True(batch.Length * batch.Max(record => record.Length) <= 60));
    }

    [Fact]
    public void Equal_seeds_give_equal_batches_and_others_another_order()
    {
        static IEnumerable<int> Order(int seed) =>
            LengthBatches.Shuffled(Records, 60, seed).SelectMany(batch => batch).Select(record => record[0]);

        Assert.Equal(Order(5), Order(5));
        Assert.NotEqual(Order(5), Order(6));
    }

    [Fact]
    public void Padding_is_on_the_right_and_masked()
    {
        var (ids, mask) = LengthBatches.Padded([
            [7, 8, 9],
            [5],
        ]);
        using (ids)
        using (mask)
        {
            Assert.Equal([7L, 8, 9, 5, 0, 0], ids.data<long>().ToArray());
            Assert.Equal([1f, 1, 1, 1, 0, 0], mask.data<float>().ToArray());
        }
    }
}
