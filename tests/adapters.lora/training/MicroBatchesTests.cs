using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Federated.Adapters.Tests;

public sealed class MicroBatchesTests
{
    [Fact]
    public void An_empty_batch_has_no_pieces() => Assert.Empty(MicroBatches.Plan([], 100));

    [Fact]
    public void Records_of_like_length_lie_together() =>
        Assert.Equal(
            [
                [1, 3],
                [0, 2],
            ],
            MicroBatches.Plan([5, 50, 4, 48], 100)
        );

    [Property]
    public FsCheck.Property Every_record_is_in_one_piece_and_no_piece_is_over_the_budget() =>
        Prop.ForAll(
            Gen.Choose(0, 300).ListOf().ToArbitrary(),
            Gen.Choose(1, 1000).ToArbitrary(),
            (lengths, budget) =>
            {
                var list = lengths.ToList();
                var pieces = MicroBatches.Plan(list, budget);
                Assert.Equal(Enumerable.Range(0, list.Count), pieces.SelectMany(piece => piece).Order());
                Assert.All(pieces, piece => Assert.NotEmpty(piece));
                Assert.All(
                    pieces,
                    piece => Assert.True(piece.Count == 1 || piece.Count * piece.Max(index => list[index]) <= budget)
                );
            }
        );
}
