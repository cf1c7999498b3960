using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

public sealed class PerExampleGradientsTests
{
    public static TheoryData<string> Targets =>
        ["q_proj v_proj", "q_proj k_proj v_proj o_proj gate_proj up_proj down_proj", "down_proj"];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Each_row_is_what_a_loop_over_single_records_gives(string targets)
    {
        using var trained = new Trained(targets.Split(' '));
        var records = Some.Records(7, 12, 2, 12, 5);
        using var scope = NewDisposeScope();
        using var batch = TokenBatch.Of(records);
        var rows = PerExampleGradients.Compute(trained.Adapter, batch);
        Assert.Equal([5, trained.Adapter.Layout.Count], rows.shape);
        for (var i = 0; i < records.Count; i++)
        {
            using var alone = TokenBatch.Of([records[i]]);
            var expected = SummedGradient.Compute(trained.Adapter, alone);
            var largest = expected.abs().max().item<float>();
            Assert.True(largest > 1e-3, $"row {i} is all but zero");
            Assert.True((rows[i] - expected).abs().max().item<float>() <= 2e-6 * Math.Max(1, largest));
        }
    }

    [Theory]
    [InlineData(TrainedFactors.B, 0)]
    [InlineData(TrainedFactors.AB, 0)]
    [InlineData(TrainedFactors.Core, 0)]
    [InlineData(TrainedFactors.Slices, 0)]
    [InlineData(TrainedFactors.Alternating, 0)]
    [InlineData(TrainedFactors.Alternating, 1)]
    public void Each_row_is_that_of_a_loop_whatever_factors_are_trained(TrainedFactors factors, long baseVersion)
    {
        var ranks = new Dictionary<string, int> { ["layers.0"] = 2, ["layers.1.mlp"] = 5 };
        using var trained = new Trained(
            Some.Options("q_proj", "v_proj", "down_proj") with
            {
                Factors = factors,
                RankPattern = ranks,
            }
        );
        var part = trained.Adapter.Layout.TrainedAt(baseVersion);
        var records = Some.Records(7, 12, 2);
        using var scope = NewDisposeScope();
        using var batch = TokenBatch.Of(records);
        var rows = PerExampleGradients.Compute(trained.Adapter, batch, part);
        Assert.Equal([3, part.Count], rows.shape);
        for (var i = 0; i < records.Count; i++)
        {
            using var alone = TokenBatch.Of([records[i]]);
            var expected = SummedGradient.Compute(trained.Adapter, alone, part);
            Assert.True(expected.abs().max().item<float>() > 1e-3, $"row {i} is all but zero");
            Assert.True((rows[i] - expected).abs().max().item<float>() <= 2e-6);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_gradient_of_one_factor_is_a_part_of_that_of_both(long baseVersion)
    {
        using var trained = new Trained(
            Some.Options("q_proj", "up_proj") with
            {
                Factors = TrainedFactors.Alternating,
            }
        );
        var layout = trained.Adapter.Layout;
        var part = layout.TrainedAt(baseVersion);
        using var scope = NewDisposeScope();
        using var batch = TokenBatch.Of(Some.Records(9));
        var both = SummedGradient.Compute(trained.Adapter, batch).data<float>().ToArray();
        var one = SummedGradient.Compute(trained.Adapter, batch, part).data<float>().ToArray();
        Assert.All(layout.Take(part, both).Zip(one), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void A_row_is_the_slope_of_its_own_loss()
    {
        using var trained = new Trained("q_proj", "v_proj");
        var records = Some.Records(9, 6);
        using var scope = NewDisposeScope();
        using var batch = TokenBatch.Of(records);
        var rows = PerExampleGradients.Compute(trained.Adapter, batch);
        var direction = Some.Values(trained.Adapter.Layout, seed: 5);
        var slopes = rows.mv(tensor(direction)).data<float>().ToArray();
        var values = trained.Adapter.GetValues();
        const float Step = 1e-2f;
        var after = Losses(trained, batch, [.. values.Zip(direction, (v, d) => v + (Step * d))]);
        var before = Losses(trained, batch, [.. values.Zip(direction, (v, d) => v - (Step * d))]);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal((after[i] - before[i]) / (2 * Step), slopes[i], 2e-3 * Math.Max(1, Math.Abs(slopes[i])));
        }
    }

    [Fact]
    public void A_record_does_not_feel_its_neighbours_or_its_padding()
    {
        using var trained = new Trained("q_proj", "v_proj", "up_proj");
        var records = Some.Records(6, 20, 9);
        using var scope = NewDisposeScope();
        using var together = TokenBatch.Of(records);
        using var others = TokenBatch.Of([records[0], .. Some.Records(3, 3, 24)]);
        var left = PerExampleGradients.Compute(trained.Adapter, together)[0];
        var right = PerExampleGradients.Compute(trained.Adapter, others)[0];
        Assert.True((left - right).abs().max().item<float>() < 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_record_with_nothing_to_predict_has_a_zero_row(int length)
    {
        using var trained = new Trained("q_proj");
        using var scope = NewDisposeScope();
        using var batch = TokenBatch.Of([Some.Records(8)[0], Some.Records(length)[0]]);
        var rows = PerExampleGradients.Compute(trained.Adapter, batch);
        Assert.Equal(0, rows[1].abs().max().item<float>());
        Assert.True(rows[0].abs().max().item<float>() > 0);
    }

    [Fact]
    public void A_record_longer_than_the_context_is_refused_by_its_length()
    {
        using var trained = new Trained("q_proj");
        using var batch = TokenBatch.Of(Some.Records(25));
        var error = Assert.Throws<ArgumentException>(() => PerExampleGradients.Compute(trained.Adapter, batch));
        Assert.Contains("25 tokens; the model's context is 24", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disabled_adapter_is_not_trained()
    {
        using var trained = new Trained("q_proj");
        using var batch = TokenBatch.Of(Some.Records(5));
        trained.Adapter.Enabled = false;
        Assert.Throws<InvalidOperationException>(() => PerExampleGradients.Compute(trained.Adapter, batch));
    }

    [Fact]
    public void A_layer_that_mixes_records_is_refused()
    {
        using var model = new Mixing(Some.Config().VocabSize);
        using var adapter = new LoraAdapter(
            model,
            AdapterLayout.For([new("head", 8, 61)], new(2, 2, LoraScaling.Lora, ["head"], 0))
        );
        using var batch = TokenBatch.Of(Some.Records(5, 5));
        Assert.Contains(
            "mixes the records",
            Assert.Throws<InvalidOperationException>(() => PerExampleGradients.Compute(adapter, batch)).Message,
            StringComparison.Ordinal
        );
    }

    private static double[] Losses(Trained trained, TokenBatch batch, float[] values)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        trained.Adapter.SetValues(values);
        var logits = trained.Model.call(batch.Ids).to(float64);
        return TokenLoss.PerExampleMean(logits, batch.Ids, batch.Mask).data<double>().ToArray();
    }

    /// <summary>Batch normalisation over the positions of all records.</summary>
    private sealed class Mixing : CausalLanguageModel
    {
        private readonly TorchSharp.Modules.Embedding _embedding;
        private readonly TorchSharp.Modules.BatchNorm1d _norm;
        private readonly AdaptableLinear _head;

        public Mixing(long vocabulary)
            : base("mixing")
        {
            VocabularySize = vocabulary;
            register_module("embedding", _embedding = nn.Embedding(vocabulary, 8));
            register_module("norm", _norm = nn.BatchNorm1d(8));
            register_module("head", _head = new AdaptableLinear("head", 8, vocabulary));
        }

        public override IReadOnlyList<AdaptableLinear> AdaptableLinears => [_head];

        public override long VocabularySize { get; }

        public override long MaxSequenceLength => 64;

        public override Tensor forward(Tensor input) =>
            _head.call(_norm.call(_embedding.call(input).transpose(1, 2)).transpose(1, 2));
    }
}
