using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

/// <summary>Random BERTs and RoBERTas against an implementation in plain arrays.</summary>
public sealed class SequenceClassifierTests
{
    private static readonly int[] Ids = [3, 9, 0, 12, 12, 5, 1, 7];
    private static readonly int[] Types = [0, 0, 0, 0, 1, 1, 1, 1];

    [Theory]
    [InlineData("bert")]
    [InlineData("roberta")]
    public void Logits_match_plain_arrays_with_and_without_padding(string modelType)
    {
        using var checkpoint = RandomBert.Make(modelType).Write();
        using var model = Load(checkpoint);
        var plain = new PlainBert(checkpoint);
        var types = modelType == "bert" ? Types : new int[Ids.Length];
        using var scope = NewDisposeScope();
        var ids = zeros(2, 11, dtype: ScalarType.Int64);
        var mask = zeros(2, 11, dtype: ScalarType.Bool);
        var kinds = zeros(2, 11, dtype: ScalarType.Int64);
        for (var i = 0; i < Ids.Length; i++)
        {
            ids[0, i] = Ids[i];
            mask[0, i] = true;
            kinds[0, i] = types[i];
        }

        for (var i = 0; i < 3; i++)
        {
            ids[1, i] = Ids[i];
            mask[1, i] = true;
        }

        var actual = model.Logits(ids, mask, kinds).to(float64);

        double[][] expected = [plain.Logits(Ids, types), plain.Logits(Ids[..3], [0, 0, 0])];
        for (var row = 0; row < 2; row++)
        {
            for (var label = 0; label < 3; label++)
            {
                Assert.Equal(expected[row][label], actual[row, label].item<double>(), 1e-4);
            }
        }
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("roberta")]
    public void The_configuration_alone_gives_the_layers_and_the_context(string modelType)
    {
        using var checkpoint = RandomBert.Make(modelType).Write();
        using var model = Load(checkpoint);
        var shapes = ModelShapes.Of(checkpoint.Folder);

        Assert.Equal(
            model.AdaptableLinears.Select(linear => new LinearShape(
                linear.Path,
                (int)linear.InFeatures,
                (int)linear.OutFeatures
            )),
            shapes.Linears
        );
        Assert.Equal(modelType == "bert" ? 16 : 14, shapes.Context);
        Assert.Equal(["no", "perhaps", "yes"], model.LabelNames);
    }

    [Theory]
    [InlineData("bert", "query,value,bert.pooler.dense,classifier")]
    [InlineData("roberta", "query,value,classifier.dense,classifier.out_proj")]
    public void Per_example_gradients_equal_those_of_each_record_alone(string modelType, string targets)
    {
        using var checkpoint = RandomBert.Make(modelType).Write();
        using var model = Load(checkpoint);
        var layout = AdapterLayout.For(
            ModelConfig.Read(checkpoint.Folder),
            new(2, 4, LoraScaling.RsLora, targets.Split(','), 0)
        );
        using var adapter = new LoraAdapter(model, layout);
        adapter.SetValues(Some.Values(layout));
        TokenSequence[] records =
        [
            new(Ids, 0) { Label = 2 },
            new(Ids[2..5], 0) { Label = 0 },
            new(Ids[..2], 0) { Label = 1 },
        ];
        using var scope = NewDisposeScope();
        using var batch = TokenBatch.Of(records);

        var together = PerExampleGradients.Compute(adapter, batch);
        model.CheckpointActivations = true;
        var twice = PerExampleGradients.Compute(adapter, batch);
        model.CheckpointActivations = false;

        Assert.Equal(together.data<float>().ToArray(), twice.data<float>().ToArray());

        for (var i = 0; i < records.Length; i++)
        {
            using var alone = TokenBatch.Of([records[i]]);
            var gradient = SummedGradient.Compute(adapter, alone);
            Assert.True(gradient.abs().max().item<float>() > 1e-3f);
            Assert.True(together[i].allclose(gradient, 1e-4, 1e-6));
        }
    }

    [Theory]
    [InlineData("bert", BasePrecision.BFloat16, 0.1)]
    [InlineData("bert", BasePrecision.EightBit, 0.1)]
    [InlineData("roberta", BasePrecision.Nf4, 0.5)]
    public void A_classifier_in_fewer_bits_gives_nearly_the_same_logits(
        string modelType,
        BasePrecision precision,
        double error
    )
    {
        using var checkpoint = RandomBert.Make(modelType).Write();
        using var full = Load(checkpoint);
        using var fewer = ModelWeights.Load(checkpoint.Folder, ModelConfig.Read(checkpoint.Folder), precision);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var ids = tensor(Ids.Select(id => (long)id).ToArray()).unsqueeze(0);

        var expected = full.call(ids);

        Assert.InRange(((fewer.call(ids) - expected).norm() / expected.norm()).item<float>(), 1e-6, error);
    }

    [Fact]
    public void The_loss_is_the_negative_log_probability_of_the_label()
    {
        using var checkpoint = RandomBert.Make("bert").Write();
        using var model = Load(checkpoint);
        var logits = new PlainBert(checkpoint).Logits(Ids, new int[Ids.Length]);
        using var batch = TokenBatch.Of([new TokenSequence(Ids, 0) { Label = 1 }]);
        using var scope = NewDisposeScope();

        var loss = model.LossPerExample(batch)[0].item<float>();

        Assert.Equal(Math.Log(logits.Sum(Math.Exp)) - logits[1], loss, 1e-4);
        Assert.Equal(loss, model.TotalLoss(batch).Nats, 1e-5);
        Assert.Equal(1, model.TotalLoss(batch).Predictions);
        Assert.Equal(logits[1] == logits.Max() ? 1 : 0, model.TotalLoss(batch).Correct);
    }

    [Fact]
    public void Records_without_a_label_or_with_an_unknown_one_are_refused()
    {
        using var checkpoint = RandomBert.Make("bert").Write();
        using var model = Load(checkpoint);
        using var without = TokenBatch.Of([new TokenSequence(Ids, 0)]);
        using var unknown = TokenBatch.Of([new TokenSequence(Ids, 0) { Label = 3 }]);

        Assert.Contains(
            "need a label",
            Assert.Throws<ArgumentException>(() => model.LossPerExample(without)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "0 … 2",
            Assert.Throws<ArgumentException>(() => model.LossPerExample(unknown)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Names_of_converted_checkpoints_are_understood()
    {
        using var checkpoint = RandomBert.Make("bert");
        checkpoint
            .Add("bert.embeddings.position_ids", 0, 1, 1, 16)
            .Write(name =>
                name.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
                    .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal)
            );

        using var model = Load(checkpoint);

        Assert.Equal(3, model.LabelNames.Count);
    }

    [Theory]
    [InlineData("architectures", """["BertForMaskedLM"]""", "BertForSequenceClassification is supported")]
    [InlineData("position_embedding_type", "\"relative_key\"", "position_embedding_type is 'relative_key'")]
    [InlineData("problem_type", "\"regression\"", "problem_type is 'regression'")]
    [InlineData("id2label", """{"0":"a","2":"b"}""", "id2label has the id '2'")]
    [InlineData("id2label", """{"0":"a"}""", "one label")]
    [InlineData("hidden_act", "\"mish\"", "hidden_act is 'mish'")]
    [InlineData("num_attention_heads", "3", "does not divide hidden_size 16")]
    public void What_cannot_be_honoured_is_refused_by_field(string field, string value, string complaint)
    {
        using var checkpoint = RandomBert.Make("bert");
        checkpoint.Config[field] = System.Text.Json.Nodes.JsonNode.Parse(value);
        checkpoint.Write();

        var error = Assert.Throws<InvalidCheckpointException>(() => ModelConfig.Read(checkpoint.Folder));

        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    private static SequenceClassifier Load(RandomCheckpoint checkpoint) =>
        (SequenceClassifier)ModelWeights.Load(checkpoint.Folder, ModelConfig.Read(checkpoint.Folder));
}
