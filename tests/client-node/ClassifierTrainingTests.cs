using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Privacy.Accounting;
using Federated.Protocol;
using Microsoft.Extensions.Time.Testing;
using Serilog.Core;
using static TorchSharp.torch;

namespace Federated.ClientNode.Tests;

/// <summary>A text classifier from a folder through consent, records with labels, training and held-out loss.</summary>
[Collection(Alone.Name)]
public sealed class ClassifierTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly NodeHome _home;

    public ClassifierTrainingTests() => _home = NodeHome.OpenToWork(Path.Combine(_folder.Path, "home"));

    [Fact]
    public async Task Labels_are_learnt()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (run, settings) = Prepare();
        var consented = Some.Consented(run, settings);
        using var records = Records(i => i % 2 == 0 ? "\"ham\"" : "1");
        using var training = Training(settings, records);
        var initial = (await training.LayoutAsync(consented, cancellation)).InitialValues();

        var before = await training.EvaluateAsync(consented, new VersionContent(initial, null), cancellation);
        var delta = await training.TrainAsync(
            consented,
            new TrainingBase(1, 0, new string('b', 64), new VersionContent(initial, null)),
            _ => { },
            cancellation
        );
        var after = await training.EvaluateAsync(
            consented,
            new VersionContent([.. initial.Zip(delta, (value, change) => value + change)], null),
            cancellation
        );

        Assert.Equal(before.Records, before.Tokens); // one prediction a record
        Assert.InRange(before.Accuracy!.Value, 0.2, 0.8);
        Assert.Equal(1, after.Accuracy);
        Assert.Matches(@"nats/record, accuracy \d+\.\d % → 100\.0 %$", HeldOutWords.Change(before, after));
        Assert.True(after.NatsPerToken < 0.6 * before.NatsPerToken, $"{before.NatsPerToken} → {after.NatsPerToken}");
    }

    [Fact]
    public async Task The_label_of_two_texts_is_learnt_from_the_second_too()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (run, settings) = Prepare();
        var consented = Some.Consented(run, settings);
        using var records = Lines(i =>
            $$"""{"text": "Creates {{i}}", "pair": "{{(i % 2 == 0 ? "Gets the value" : "Removes all items")}}", "label": {{i % 2}}}"""
        );
        using var training = Training(settings, records);
        var initial = (await training.LayoutAsync(consented, cancellation)).InitialValues();

        var delta = await training.TrainAsync(
            consented,
            new TrainingBase(1, 0, new string('b', 64), new VersionContent(initial, null)),
            _ => { },
            cancellation
        );
        var after = await training.EvaluateAsync(
            consented,
            new VersionContent([.. initial.Zip(delta, (value, change) => value + change)], null),
            cancellation
        );

        Assert.Equal(1, after.Accuracy);
    }

    [Fact]
    public void A_language_model_names_a_pair_that_it_cannot_take()
    {
        using var language = BaseModel.Load(RepositoryFolder.BaseDocs);
        var (run, _) = Prepare();
        using var records = Lines(i => i == 4 ? """{"text": "one", "pair": "secret"}""" : """{"text": "one"}""");
        var encoding = new RecordEncoding(language.Tokenizer, run.Local, language.Model);

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
    public void A_personalised_adapter_learns_the_labels_too()
    {
        var (run, settings) = Prepare();
        using var records = Records(i => i % 2 == 0 ? "\"ham\"" : "1");
        var layout = AdaptedModel.LayoutOf(run, settings.Models["base"]);
        var fetched = new FetchedAdapter
        {
            Home = _home,
            Settings = settings with
            {
                Source = settings.Source with { Path = Path.Combine(_folder.Path, "data.jsonl") },
            },
            RunDigest = CanonicalRunDocument.Digest(run),
            Document = run,
            Layout = layout,
            Content = new VersionContent(layout.InitialValues(), null),
            Version = 0,
        };

        var (before, after) = PersonaliseCommand.Train(
            fetched,
            Path.Combine(_folder.Path, "mine"),
            steps: 60,
            batchSize: 16,
            learningRate: 0.02,
            TestContext.Current.CancellationToken
        );

        Assert.InRange(before.Accuracy!.Value, 0, 0.9);
        Assert.Equal(1, after.Accuracy);
    }

    [Theory]
    [InlineData("\"eggs\"")]
    [InlineData("2")]
    [InlineData("null")]
    public async Task A_record_with_no_label_of_the_model_is_named_before_anything_is_trained(string label)
    {
        var (run, settings) = Prepare();
        using var records = Records(i => i == 7 ? label : "0");
        using var training = Training(settings, records);

        var error = await Assert.ThrowsAsync<InvalidRecordsException>(() =>
            training.LayoutAsync(Some.Consented(run, settings), TestContext.Current.CancellationToken)
        );

        Assert.Contains("line 8: needs a field \"label\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("ham, spam", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("eggs", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _home.Dispose();
        _folder.Dispose();
    }

    private LocalTraining Training(NodeSettings settings, JsonLinesRecords records) =>
        new(
            settings,
            records,
            NodeId.Parse(new string('a', 64)),
            new TrainingMachine("cpu"),
            new ClippingNorms(_home.RunsFolder),
            _home,
            new FakeTimeProvider(),
            Logger.None
        );

    private JsonLinesRecords Records(Func<int, string> label) =>
        Lines(i =>
            $$"""{"text": "{{(i % 2 == 0 ? "Gets the value" : "Removes all items")}} {{i}}", "label": {{label(i)}}}"""
        );

    private JsonLinesRecords Lines(Func<int, string> line) =>
        JsonLinesRecords.Open(
            _folder.Write("data.jsonl", string.Concat(Enumerable.Range(0, 60).Select(i => $"{line(i)}\n"))),
            new HoldOut(new byte[32], 0.2)
        );

    private (RunDocument Run, NodeSettings Settings) Prepare()
    {
        var model = Path.Combine(_folder.Path, "model");
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
        using (var scope = NewDisposeScope())
        using (no_grad())
        {
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

        var run = Some.Run("none", steps: 80);
        run = run with
        {
            BaseModel = run.BaseModel with { Sha256 = BaseModelDigest.Compute(model) },
            Privacy = run.Privacy with { ExpectedBatchSize = 16 },
            Adapter = run.Adapter with { Targets = ["query", "value", "pooler.dense", "classifier"] },
            Local = run.Local with
            {
                Optimizer = new OptimizerSection { Name = "adamw", LearningRate = 0.02 },
            },
        };
        var settings = Some.Settings("data.jsonl");
        return (run, settings with { Models = new Dictionary<string, string> { ["base"] = model } });
    }
}
