using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

public sealed class ExplainedVarianceTests
{
    private static readonly TokenSequence[] Records =
    [
        .. Some.Records([.. Enumerable.Range(0, 120).Select(i => 3 + (i % 20))])
            .Select(ids => new TokenSequence(ids, 0)),
    ];

    [Fact]
    public void The_factors_hold_more_of_the_inputs_than_the_seed_s_and_ranks_go_where_most_is()
    {
        using var model = Some.Model();
        var layout = Layout(model);

        var (factors, layers) = Compute(model, layout, new() { Rho = 2 });

        var initial = InitialFactors.Read(InitialFactors.Encode(factors));
        Assert.Equal(layout.Tensors.Sum(tensor => tensor.Rank), factors.Sum(factor => factor.Rank));
        Assert.All(factors, factor => Assert.InRange(factor.Rank, 1, 8));
        var given = AdapterLayout.For(
            model.Config,
            layout.Options with
            {
                Initial = initial,
                RankPattern = factors.ToDictionary(factor => factor.Path, factor => factor.Rank),
            }
        );
        Assert.All(
            given.Tensors.Zip(layers, layout.Tensors),
            layer =>
            {
                var held = Held(model, given, layer.First);
                Assert.Equal(layer.Second.Explained, held, 0.01);
                // A random factor of the same rank holds rank ÷ width of the energy, more or less.
                Assert.True(held > 1.5 * layer.First.Rank / layer.First.InFeatures, $"{layer.First.Path}: {held}");
            }
        );
    }

    [Fact]
    public void With_a_rho_of_one_every_rank_stays_and_layers_of_one_input_have_one_A()
    {
        using var model = Some.Model();
        var layout = Layout(model);

        var (factors, layers) = Compute(model, layout, new() { Rho = 1 });

        Assert.Equal(layout.Tensors.Select(tensor => tensor.Rank), layers.Select(layer => layer.Rank));
        Assert.EndsWith("q_proj", factors[0].Path, StringComparison.Ordinal);
        Assert.EndsWith("v_proj", factors[1].Path, StringComparison.Ordinal);
        Assert.Equal(factors[0].Values.ToArray(), factors[1].Values.ToArray());
        Assert.NotEqual(factors[0].Values.ToArray(), factors[2].Values.ToArray());
    }

    [Fact]
    public void Padding_is_not_read()
    {
        using var model = Some.Model();
        var layout = Layout(model);
        var alone = Compute(model, layout, new() { Threshold = 1, MaxTokensAtOnce = 1 });
        var padded = Compute(model, layout, new() { Threshold = 1, MaxTokensAtOnce = 10_000 });
        Assert.Equal(alone.Layers.Select(layer => layer.Tokens), padded.Layers.Select(layer => layer.Tokens));
        foreach (var (one, other) in alone.Layers.Zip(padded.Layers))
        {
            Assert.Equal(one.Explained, other.Explained, 0.01);
        }
    }

    [Fact]
    public void Reading_ends_when_nothing_turns_any_more_or_the_text_is_long_enough()
    {
        using var model = Some.Model();
        var layout = Layout(model);
        var all = Records.Sum(record => (long)record.Ids.Count);
        Assert.Equal(all, Compute(model, layout, new() { Threshold = 1 }).Layers[0].Tokens);
        Assert.InRange(
            Compute(model, layout, new() { MaxTokens = 100, MaxTokensAtOnce = 32 }).Layers[0].Tokens,
            100,
            200
        );
        var settled = Compute(model, layout, new() { Threshold = 0.5, MaxTokensAtOnce = 64 }).Layers;
        Assert.All(settled, layer => Assert.True(layer.HasSettled && layer.Tokens < all, $"{layer}"));
    }

    [Fact]
    public void Too_little_text_for_a_rank_is_refused_by_name_and_the_model_is_as_before()
    {
        using var model = Some.Model();
        var error = Assert.Throws<InvalidAdapterOptionsException>(() =>
            ExplainedVariance.Compute(
                model,
                Layout(model),
                [new([1, 2], 0)],
                new(),
                _ => { },
                TestContext.Current.CancellationToken
            )
        );
        Assert.Contains("model.layers.0.self_attn.q_proj", error.Message, StringComparison.Ordinal);
        Assert.All(model.AdaptableLinears, linear => Assert.Equal(0, linear.AdapterCount));
    }

    private static AdapterLayout Layout(LlamaModel model) =>
        AdapterLayout.For(model.Config, Some.Options("q_proj", "v_proj", "down_proj"));

    private static (IReadOnlyList<InitialFactor> Factors, IReadOnlyList<LayerVariance> Layers) Compute(
        AdaptableModel model,
        AdapterLayout layout,
        ExplainedVarianceOptions options
    ) => ExplainedVariance.Compute(model, layout, Records, options, _ => { }, TestContext.Current.CancellationToken);

    // ‖A x‖² ÷ ‖x‖² over all tokens, by listening to the layer once more.
    private static double Held(LlamaModel model, AdapterLayout layout, AdapterTensor tensor)
    {
        var (held, all) = (0.0, 0.0);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var a = TorchSharp.torch.tensor(layout.InitialA(tensor), [tensor.Rank, tensor.InFeatures]);
        var linear = model.AdaptableLinears.Single(candidate => candidate.Path == tensor.Path);
        Func<Tensor, Tensor, Tensor> listener = (x, y) =>
        {
            held += nn.functional.linear(x, a).square().sum().item<float>();
            all += x.square().sum().item<float>();
            return y;
        };
        linear.Attach(listener);
        foreach (var record in Records)
        {
            using var batch = TokenBatch.Of([record]);
            model.TotalLoss(batch);
        }

        linear.Detach(listener);
        return held / all;
    }
}
