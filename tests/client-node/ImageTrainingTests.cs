using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Privacy.Accounting;
using Federated.Protocol;
using Microsoft.Extensions.Time.Testing;
using Serilog.Core;

namespace Federated.ClientNode.Tests;

/// <summary>An image classifier from a folder through consent, image records, training and held-out loss.</summary>
[Collection(Alone.Name)]
public sealed class ImageTrainingTests : IDisposable
{
    private const int Side = 8;
    private readonly TemporaryFolder _folder = new();
    private readonly NodeHome _home;

    public ImageTrainingTests() => _home = NodeHome.OpenToWork(Path.Combine(_folder.Path, "home"));

    [Fact]
    public async Task Labels_of_images_are_learnt_by_the_private_trainer_without_noise()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (run, settings) = Prepare();
        var consented = Some.Consented(run, settings);
        using var records = Records(Line);
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

        Assert.Equal((records.HeldOutCount, (long)records.HeldOutCount), ((int)before.Records, before.Tokens));
        Assert.InRange(before.Accuracy!.Value, 0, 0.9);
        Assert.Equal(1, after.Accuracy);
        Assert.True(after.NatsPerToken < 0.6 * before.NatsPerToken, $"{before.NatsPerToken} → {after.NatsPerToken}");
    }

    [Fact]
    public void A_personalised_adapter_learns_images_too()
    {
        var (run, settings) = Prepare();
        using var records = Records(Line);
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
            steps: 250,
            batchSize: 16,
            learningRate: 0.005,
            TestContext.Current.CancellationToken
        );

        Assert.True(after.NatsPerToken < before.NatsPerToken);
        Assert.Equal(1, after.Accuracy);
    }

    [Theory]
    [InlineData("""{"pixels": "AAAA", "label": 0}""", "holds 3 bytes; the model takes 64")]
    [InlineData("""{"pixels": "not base64", "label": 0}""", "\"pixels\" is not base64")]
    [InlineData("""{"text": "a text", "label": 0}""", "no field \"pixels\"")]
    public async Task A_record_that_the_model_cannot_take_is_named_before_anything_is_trained(
        string line,
        string complaint
    )
    {
        var (run, settings) = Prepare();
        using var records = Records(i => i == 7 ? line : Line(i));
        using var training = Training(settings, records);

        var error = await Assert.ThrowsAsync<InvalidRecordsException>(() =>
            training.LayoutAsync(Some.Consented(run, settings), TestContext.Current.CancellationToken)
        );

        Assert.Contains("line 8: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("null")]
    [InlineData("\"eggs\"")]
    public async Task A_label_that_the_model_does_not_have_is_named(string label)
    {
        var (run, settings) = Prepare();
        using var records = Records(i => Line(i, i == 7 ? label : $"{i % 2}"));
        using var training = Training(settings, records);

        var error = await Assert.ThrowsAsync<InvalidRecordsException>(() =>
            training.LayoutAsync(Some.Consented(run, settings), TestContext.Current.CancellationToken)
        );

        Assert.Contains("line 8: needs a field \"label\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_language_model_refuses_an_image_and_a_line_is_an_image_or_a_text()
    {
        using var language = BaseModel.Load(RepositoryFolder.BaseDocs);
        using var records = Records(Line);
        var encoding = new RecordEncoding(language.Tokenizer, Prepare().Run.Local, language.Model);

        Assert.True(records.NeedsFittingModel);
        Assert.Contains("the model takes texts", encoding.Fault(records.Training(0)), StringComparison.Ordinal);
        Assert.Throws<InvalidRecordsException>(() => encoding.Encode(records.Training(0)));
        var error = Assert.Throws<FormatException>(() => RecordLine.Parse("""{"pixels": "AAAA", "text": "a"}"""u8));
        Assert.Contains("beside \"pixels\"", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _home.Dispose();
        _folder.Dispose();
    }

    private static string Line(int i) => Line(i, $"{i % 2}");

    // The upper half is bright, or the lower, each with specks of its own.
    private static string Line(int i, string label)
    {
        var random = new Random(i);
        var pixels = Enumerable
            .Range(0, Side * Side)
            .Select(place => (byte)((place / (Side * Side / 2) == i % 2 ? 150 : 0) + random.Next(100)));
        return $$"""{"pixels": "{{Convert.ToBase64String([.. pixels])}}", "label": {{label}}}""";
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

    private JsonLinesRecords Records(Func<int, string> line) =>
        JsonLinesRecords.Open(
            _folder.Write("data.jsonl", string.Concat(Enumerable.Range(0, 60).Select(i => $"{line(i)}\n"))),
            new HoldOut(new byte[32], 0.2)
        );

    private (RunDocument Run, NodeSettings Settings) Prepare()
    {
        var model = Path.Combine(_folder.Path, "model");
        Directory.CreateDirectory(model);
        File.WriteAllText(
            Path.Combine(model, "config.json"),
            $$"""
            {
              "model_type": "federated-image", "channels": 1, "height": {{Side}}, "width": {{Side}},
              "convolutions": [4], "hidden": [32], "num_labels": 2
            }
            """
        );
        using (var network = new ImageClassifier((ImageConfig)ModelConfig.Read(model)))
        {
            network.Initialize(seed: 3);
            // As checkpoints hold them: a convolution's window in rows and columns.
            Safetensors.Write(
                Path.Combine(model, "model.safetensors"),
                network
                    .named_parameters()
                    .Select(named =>
                        KeyValuePair.Create(
                            named.name,
                            named.name == "conv.0.weight"
                                ? named.parameter.reshape(4, 1, 3, 3)
                                : named.parameter.alias()
                        )
                    )
                    .ToList()
            );
        }

        var run = Some.Run("none", steps: 200);
        run = run with
        {
            BaseModel = run.BaseModel with { Sha256 = BaseModelDigest.Compute(model) },
            Privacy = run.Privacy with { ExpectedBatchSize = 16 },
            Adapter = run.Adapter with { Targets = ["conv.0", "fc.0", "fc.1"] },
            Local = run.Local with
            {
                Optimizer = new OptimizerSection { Name = "adamw", LearningRate = 0.005 },
            },
        };
        var settings = Some.Settings("data.jsonl");
        return (run, settings with { Models = new Dictionary<string, string> { ["base"] = model } });
    }
}
