namespace Federated.Adapters.Tests;

public sealed class RankRedistributionTests
{
    [Fact]
    public void Ranks_go_to_the_directions_that_explain_most_and_each_layer_keeps_one()
    {
        var ranks = RankRedistribution.Of(
            [2, 2, 2],
            [
                [0.5, 0.2, 0.1, 0.05],
                [0.01, 0.005],
                [0.4, 0.3, 0.15],
            ]
        );
        Assert.Equal([2, 1, 3], ranks);
    }

    [Fact]
    public void Where_no_layer_may_have_more_the_ranks_stay() =>
        Assert.Equal(
            [2, 1],
            RankRedistribution.Of(
                [2, 1],
                [
                    [0.1, 0.05],
                    [0.9],
                ]
            )
        );

    [Fact]
    public void No_more_ranks_are_given_than_there_are_directions() =>
        Assert.Equal(
            [1, 2],
            RankRedistribution.Of(
                [3, 3],
                [
                    [0.5],
                    [0.4, 0.3],
                ]
            )
        );
}
