namespace Federated.Adapters.Tests;

public sealed class AdapterLayoutTests
{
    private static readonly LinearShape[] Linears =
    [
        new("model.layers.0.self_attn.q_proj", 16, 16),
        new("model.layers.0.self_attn.k_proj", 16, 8),
        new("model.layers.0.self_attn.v_proj", 16, 8),
        new("model.layers.0.mlp.up_proj", 16, 40),
        new("model.layers.1.self_attn.q_proj", 16, 16),
        new("model.layers.1.self_attn.v_proj", 16, 8),
    ];

    private static readonly AdapterOptions Options = new(4, 8, LoraScaling.RsLora, ["q_proj", "v_proj"], 0);

    [Fact]
    public void Tensors_follow_the_models_order_and_lie_end_to_end()
    {
        var layout = AdapterLayout.For(Linears, Options);
        Assert.Equal(
            [
                ("model.layers.0.self_attn.q_proj", 0L),
                ("model.layers.0.self_attn.v_proj", 64L),
                ("model.layers.1.self_attn.q_proj", 96L),
                ("model.layers.1.self_attn.v_proj", 160L),
            ],
            layout.Tensors.Select(tensor => (tensor.Path, tensor.Offset))
        );
        Assert.Equal(192, layout.Count);
    }

    [Theory]
    [InlineData(LoraScaling.RsLora, 4.0)]
    [InlineData(LoraScaling.Lora, 2.0)]
    public void The_scale_is_alpha_over_rank_or_over_its_root(LoraScaling scaling, double scale) =>
        Assert.Equal(scale, AdapterLayout.For(Linears, Options with { Scaling = scaling }).Tensors[0].Scale);

    [Fact]
    public void The_digest_stands_for_one_layout_only()
    {
        AdapterOptions[] others =
        [
            Options,
            Options with
            {
                Rank = 3,
            },
            Options with
            {
                Alpha = 9,
            },
            Options with
            {
                Scaling = LoraScaling.Lora,
            },
            Options with
            {
                Targets = ["q_proj"],
            },
            Options with
            {
                Seed = 1,
            },
        ];
        var digests = others.Select(options => AdapterLayout.For(Linears, options).Digest).ToList();
        digests.Add(AdapterLayout.For([.. Linears.Reverse()], Options).Digest);
        Assert.Equal(digests.Count, digests.Distinct().Count());
    }

    [Fact]
    public void The_digest_does_not_change_between_releases() =>
        Assert.Equal(
            "8346427328670b97a842bf4d4e67c499575d1065fca1df7e2e0f0b4990691e9a",
            AdapterLayout.For(Linears, Options).Digest
        );

    [Fact]
    public void The_order_of_targets_does_not_matter() =>
        Assert.Equal(
            AdapterLayout.For(Linears, Options).Digest,
            AdapterLayout.For(Linears, Options with { Targets = ["v_proj", "self_attn.q_proj"] }).Digest
        );

    [Theory]
    [InlineData("gate_proj", "\"gate_proj\" matches no linear layer")]
    [InlineData("proj", "\"proj\" matches no linear layer")]
    public void A_target_that_matches_nothing_is_named(string target, string message)
    {
        var error = Assert.Throws<InvalidAdapterOptionsException>(() =>
            AdapterLayout.For(Linears, Options with { Targets = ["q_proj", target] })
        );
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("q_proj, k_proj, v_proj, up_proj", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_larger_than_the_smaller_side_of_a_layer_is_refused()
    {
        AdapterLayout.For(Linears, Options with { Rank = 8 });
        var error = Assert.Throws<InvalidAdapterOptionsException>(() =>
            AdapterLayout.For(Linears, Options with { Rank = 9 })
        );
        Assert.Contains("rank = 9", error.Message, StringComparison.Ordinal);
        Assert.Contains("model.layers.0.self_attn.v_proj", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 8.0, 0L, "rank")]
    [InlineData(1025, 8.0, 0L, "rank")]
    [InlineData(4, 0.0, 0L, "alpha")]
    [InlineData(4, double.NaN, 0L, "alpha")]
    [InlineData(4, 8.0, -1L, "seed")]
    public void Values_out_of_range_are_refused_by_name(int rank, double alpha, long seed, string field)
    {
        var options = new AdapterOptions(rank, alpha, LoraScaling.Lora, ["q_proj"], seed);
        var error = Assert.Throws<InvalidAdapterOptionsException>(() => AdapterLayout.For(Linears, options));
        Assert.Contains($"adapter.{field} = ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_targets_is_refused() =>
        Assert.Throws<InvalidAdapterOptionsException>(() => AdapterLayout.For(Linears, Options with { Targets = [] }));
}
