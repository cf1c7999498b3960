namespace Federated.Adapters.Tests;

public sealed class LayerRanksTests
{
    private static readonly LinearShape[] Linears =
    [
        new("model.layers.0.q_proj", 16, 16),
        new("model.layers.0.v_proj", 16, 8),
        new("model.layers.1.q_proj", 16, 16),
    ];

    [Fact]
    public void A_pattern_changes_the_rank_and_the_scale_of_its_layers()
    {
        var layout = AdapterLayout.For(Linears, Options(("layers.0", 2)));
        Assert.Equal([2, 2, 4], layout.Tensors.Select(tensor => tensor.Rank));
        Assert.Equal([0, 32, 48], layout.Tensors.Select(tensor => tensor.Offset));
        Assert.Equal([8 / Math.Sqrt(2), 8 / Math.Sqrt(2), 4], layout.Tensors.Select(tensor => tensor.Scale));
    }

    [Theory]
    [InlineData("layers.7", 2, "\"layers.7\" matches no adapted layer")]
    [InlineData("layers.1", 17, "adapter.rankPattern.\"layers.1\" = 17 is larger than model.layers.1.q_proj")]
    [InlineData("layers.1", 0, "adapter.rankPattern.\"layers.1\" = 0; expected 1 … 1024")]
    public void A_pattern_that_cannot_be_is_refused(string pattern, int rank, string message)
    {
        var error = Assert.Throws<InvalidAdapterOptionsException>(() =>
            AdapterLayout.For(Linears, Options((pattern, rank)))
        );
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_patterns_with_different_ranks_for_one_layer_are_refused_by_name()
    {
        AdapterLayout.For(Linears, Options(("layers.0", 2), ("q_proj", 2)));
        var error = Assert.Throws<InvalidAdapterOptionsException>(() =>
            AdapterLayout.For(Linears, Options(("layers.0", 2), ("q_proj", 3)))
        );
        Assert.Contains("\"layers.0\": 2 and \"q_proj\": 3 both match", error.Message, StringComparison.Ordinal);
    }

    private static AdapterOptions Options(params (string Pattern, int Rank)[] ranks) =>
        new(4, 8, LoraScaling.RsLora, ["q_proj", "v_proj"], 0)
        {
            RankPattern = ranks.ToDictionary(entry => entry.Pattern, entry => entry.Rank),
        };
}
