using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Protocol;
using static TorchSharp.torch;

namespace Federated.ClientNode.Tests;

/// <summary>A text classifier from a folder through consent, records with labels, training and held-out loss.</summary>
[Collection(Alone.Name)]
public sealed class ClassifierTrainingTests : IDisposable
{
    private readonly TrainingUnderTest _node = new(
        run =>
            run with
            {
                Privacy = run.Privacy with { ExpectedBatchSize = 16 },
                Adapter = run.Adapter with { Targets = ["query", "value", "pooler.dense", "classifier"] },
                Local = run.Local with
                {
                    Steps = 80,
                    Optimizer = new OptimizerSection { Name = "adamw", LearningRate = 0.02 },
                },
            },
        WriteModel
    );

    [Fact]
    public async Task Labels_are_learnt()
    {
        using var records = Records(i => i % 2 == 0 ? "\"ham\"" : "1");

        var (before, after) = await _node.TrainAsync(records);

        Assert.Equal(before.Records, before.Tokens); // one prediction a record
        Assert.InRange(before.Accuracy!.Value, 0.2, 0.8);
        Assert.Equal(1, after.Accuracy);
        Assert.Matches(@"nats/record, accuracy \d+\.\d % → 100\.0 %$", HeldOutWords.Change(before, after));
        Assert.True(after.NatsPerToken < 0.6 * before.NatsPerToken, $"{before.NatsPerToken} → {after.NatsPerToken}");
    }

    [Fact]
    public async Task The_label_of_two_texts_is_learnt_from_the_second_too()
    {
        using var records = _node.Records(i =>
            $$"""{"text": "Creates {{i}}", "pair": "{{(i % 2 == 0 ? "Gets the value" : "Removes all items")}}", "label": {{i % 2}}}"""
        );

        var (_, after) = await _node.TrainAsync(records);

        Assert.Equal(1, after.Accuracy);
    }

    [Fact]
    public void A_language_model_names_a_pair_that_it_cannot_take()
    {
        using var language = BaseModel.Load(RepositoryFolder.BaseDocs);
        using var records = _node.Records(i =>
            i == 4 ? """{"text": "one", "pair": "secret"}""" : """{"text": "one"}"""
        );
        var encoding = new RecordEncoding(language.Tokenizer, _node.Run.Local, language.Model);

        var error = Assert.Throws<InvalidRecordsException>(() =>
            records.Require(encoding.Fault, TestContext.Current.CancellationToken)
        );

        Assert.True(records.NeedsFittingModel);
        Assert.Contains(
            "line 5: has a field \"pair\", which only a classifier takes",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        var pair = new TextRecord("one", null) { Pair = "two" };
        Assert.Throws<InvalidRecordsException>(() => encoding.Encode(pair));
    }

    [Fact]
    public void A_run_on_pairs_of_texts_is_audited_by_canaries_and_by_losses()
    {
        using (
            _node.Records(i =>
                $$"""{"text": "Creates {{i}}", "pair": "{{(i % 2 == 0 ? "Gets" : "Removes")}}", "label": {{i % 2}}}"""
            )
        ) { }

        ClassifierAudit.StandsAndFailsWithoutNoise(_node);
    }

    [Fact]
    public void A_personalised_adapter_learns_the_labels_too()
    {
        using var records = Records(i => i % 2 == 0 ? "\"ham\"" : "1");

        var (before, after) = _node.Personalise(steps: 60, learningRate: 0.02);

        Assert.InRange(before.Accuracy!.Value, 0, 0.9);
        Assert.Equal(1, after.Accuracy);
    }

    [Theory]
    [InlineData("\"eggs\"")]
    [InlineData("2")]
    [InlineData("null")]
    public async Task A_record_with_no_label_of_the_model_is_named_before_anything_is_trained(string label)
    {
        using var records = Records(i => i == 7 ? label : "0");
        using var training = _node.Training(records);

        var error = await Assert.ThrowsAsync<InvalidRecordsException>(() =>
            training.LayoutAsync(_node.Consented, TestContext.Current.CancellationToken)
        );

        Assert.Contains("line 8: needs a field \"label\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("ham, spam", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("eggs", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _node.Dispose();

    private JsonLinesRecords Records(Func<int, string> label) =>
        _node.Records(i =>
            $$"""{"text": "{{(i % 2 == 0 ? "Gets the value" : "Removes all items")}} {{i}}", "label": {{label(i)}}}"""
        );

    private static void WriteModel(string model)
    {
        Directory.CreateDirectory(model);
        foreach (var file in new[] { "tokenizer.json", "tokenizer_config.json" })
        {
            File.Copy(Path.Combine(RepositoryFolder.BaseDocs, file), Path.Combine(model, file));
        }

        File.WriteAllText(
            Path.Combine(model, "config.json"),
            """
            {
              "model_type": "bert", "architectures": ["BertForSequenceClassification"], "hidden_size": 16, "intermediate_size": 24,
              "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 2048, "max_position_embeddings": 32,
              "hidden_act": "gelu", "id2label": {"0": "ham", "1": "spam"}
            }
            """
        );
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var network = new SequenceClassifier((BertConfig)ModelConfig.Read(model));
        using var generator = new Generator(5, CPU);
        Safetensors.Write(
            Path.Combine(model, "model.safetensors"),
            network
                .named_parameters()
                .Select(named =>
                    KeyValuePair.Create(
                        named.name,
                        named.name.Contains("LayerNorm.weight", StringComparison.Ordinal)
                            ? ones_like(named.parameter)
                            : randn(named.parameter.shape, generator: generator).mul(0.2)
                    )
                )
                .ToList()
        );
    }
}
