namespace Federated.Adapters.Tests;

public sealed class LayerPatternTests
{
    private const string Path = "model.layers.0.self_attn.q_proj";

    [Theory]
    [InlineData("q_proj")]
    [InlineData("self_attn.q_proj")]
    [InlineData(Path)]
    [InlineData("*.q_proj")]
    [InlineData("layers.*.q_proj")]
    [InlineData("layers.0.*")]
    [InlineData("*attn*")]
    [InlineData("all-linear")]
    public void A_target_is_a_path_or_its_last_segments(string pattern) =>
        Assert.True(LayerPattern.IsTarget(Path, pattern));

    [Theory]
    [InlineData("proj")]
    [InlineData("layers.0")]
    [InlineData("_proj")]
    [InlineData("layers.1.*")]
    [InlineData("layers.*.v_proj")]
    [InlineData("q_proj*q_proj")]
    [InlineData("")]
    public void Other_names_are_other_layers(string pattern) => Assert.False(LayerPattern.IsTarget(Path, pattern));

    [Theory]
    [InlineData("layers.0", true)]
    [InlineData("self_attn", true)]
    [InlineData("layers.*.q_proj", true)]
    [InlineData("q_proj", true)]
    [InlineData("layers", true)]
    [InlineData("layers.1", false)]
    [InlineData("attn", false)]
    [InlineData("ayers.0", false)]
    public void A_rank_pattern_is_any_run_of_whole_segments(string pattern, bool matches) =>
        Assert.Equal(matches, LayerPattern.IsWithin(Path, pattern));

    [Fact]
    public void Ten_is_not_one() => Assert.False(LayerPattern.IsWithin("model.layers.10.q_proj", "layers.1"));
}
